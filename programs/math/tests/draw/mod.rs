//! What the tests of both twins share: the same draws, and the fingerprint of what they lead to.

/// splitmix64.
pub struct Draw(pub u64);

impl Draw {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e3779b97f4a7c15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58476d1ce4e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d049bb133111eb);
        z ^ z >> 31
    }

    /// A number of any size that leaves at least `zeros` bits above it.
    #[allow(dead_code)]
    pub fn sized(&mut self, zeros: u64) -> u64 {
        let wide = self.next();
        wide >> (zeros + self.next() % (64 - zeros))
    }
}

/// FNV-1a over numbers of 64 bits.
pub struct Print(pub u64);

impl Print {
    pub fn new() -> Self {
        Self(0xcbf29ce484222325)
    }

    pub fn mix(&mut self, values: &[u64]) {
        for value in values {
            self.0 = (self.0 ^ value).wrapping_mul(0x100000001b3);
        }
    }

    /// A number that is too large for 64 bits counts as 7.
    #[allow(dead_code)]
    pub fn mix_some(&mut self, value: Option<u64>) {
        self.mix(&[value.unwrap_or(7)]);
    }

    #[allow(dead_code)]
    pub fn mix_wide(&mut self, value: u128) {
        self.mix(&[value as u64, (value >> 64) as u64]);
    }
}
