//! The book against a naive one: a list of orders that is sorted anew for every step.

use proptest::prelude::*;

use super::*;

const K: u64 = 7;

#[derive(Clone)]
struct Room {
    levels: [[u64; 2]; 2],
    used: [u64; 2],
    seated: u64,
    seq: u64,
    ticks: Vec<Tick>,
    orders: Vec<Order>,
    seats: Vec<Seat>,
}

impl Room {
    fn empty() -> Self {
        Room {
            levels: [[0; 2]; 2],
            used: [0; 2],
            seated: 0,
            seq: 0,
            ticks: vec![Tick::default(); 2 * TICKS],
            orders: vec![Order::default(); ORDERS],
            seats: vec![Seat::default(); SEATS],
        }
    }

    fn book(&mut self) -> Book<'_> {
        Book {
            levels: &mut self.levels,
            used: &mut self.used,
            seated: &mut self.seated,
            order_seq: &mut self.seq,
            ticks: &mut self.ticks,
            orders: &mut self.orders,
            seats: &mut self.seats,
            k: K,
        }
    }

    fn is_zeros(&self) -> bool {
        bytemuck::cast_slice::<_, u8>(&self.orders).iter().all(|byte| *byte == 0)
            && self.ticks.iter().all(|tick| *tick == Tick::default())
            && self.seats.iter().all(|seat| *seat == Seat::default())
            && (self.levels, self.used, self.seated) == ([[0; 2]; 2], [0; 2], 0)
    }
}

/// The naive book: orders in a heap, and what each seat holds free.
#[derive(Clone, Default)]
struct Plain {
    orders: Vec<(usize, Order)>,
    free: Vec<Holdings>,
    seq: u64,
}

impl Plain {
    /// The order that a taker of `side` would meet first.
    fn first(&self, side: usize) -> Option<usize> {
        let places = 0..self.orders.len();
        places.filter(|i| self.orders[*i].0 == 1 - side).min_by_key(|i| {
            let order = &self.orders[*i].1;
            let price = if side == BID { i32::from(order.tick) } else { -i32::from(order.tick) };
            (price, order.seq)
        })
    }

    fn give(&mut self, seat: u8, what: (Lock, u64)) {
        self.free[usize::from(seat)].add(&what.0, what.1).unwrap();
    }

    fn cancel(&mut self, i: usize) {
        let (side, order) = self.orders.remove(i);
        self.give(order.seat, locks(side, order.sells != 0, order.tick, order.lots, K).unwrap());
    }

    fn take(&mut self, taker: &Taker) -> Taken {
        let mut taken = Taken::default();
        while taken.lots < taker.lots {
            let Some(i) = self.first(taker.side) else { break };
            let (side, order) = self.orders[i];
            let meets = if taker.side == BID { order.tick <= taker.tick } else { order.tick >= taker.tick };
            if !meets {
                break;
            }
            let dead = order.seat == taker.seat || (order.expiry != 0 && order.expiry <= taker.now);
            if taken.steps == taker.steps_max || (taker.post_only && !dead) {
                taken.crossing = true;
                break;
            }
            taken.steps += 1;
            if dead {
                self.cancel(i);
                continue;
            }
            let lots = order.lots.min(taker.lots - taken.lots);
            let yes = |bid: bool, sells: bool| bid != sells;
            let price = |yes: bool| K * lots * if yes { u64::from(order.tick) } else { 100 - u64::from(order.tick) };
            let maker_yes = yes(side == BID, order.sells != 0);
            let gain = if order.sells != 0 {
                (Lock::Collateral, price(maker_yes))
            } else {
                (Lock::Shares(usize::from(!maker_yes)), 100 * K * lots)
            };
            self.give(order.seat, gain);
            let value = price(yes(taker.side == BID, taker.sells));
            taken.lots += lots;
            taken.value += value;
            taken.base += value.min(100 * K * lots - value);
            match (order.sells != 0, taker.sells) {
                (false, false) => taken.minted += 100 * K * lots,
                (true, true) => taken.merged += 100 * K * lots,
                _ => {}
            }
            self.orders[i].1.lots -= lots;
            if self.orders[i].1.lots == 0 {
                self.orders.remove(i);
            }
        }
        taken
    }
}

#[derive(Clone, Debug)]
enum Act {
    Place(Taker, i64),
    Cancel(u8),
    Sweep(u8),
}

fn act() -> impl Strategy<Value = Act> {
    let tick = prop_oneof![45u8..56, 1u8..100];
    let place = (0usize..2, any::<bool>(), tick, 1u64..30, 0u8..6, any::<bool>(), 0i64..50, 0u8..17);
    let place = (place, 0i64..60).prop_map(|((side, sells, tick, lots, seat, post_only, now, steps_max), expiry)| {
        Act::Place(
            Taker { side, sells, tick, lots, seat, post_only: post_only && tick % 3 == 0, now, steps_max },
            expiry,
        )
    });
    prop_oneof![6 => place, 1 => any::<u8>().prop_map(Act::Cancel), 1 => (0u8..6).prop_map(Act::Sweep)]
}

/// Every order reachable from its level in order of age, nothing else marked; no crossed prices.
fn sound(room: &mut Room, plain: &Plain) {
    let seats = room.seats.clone();
    let orders = room.orders.clone();
    let used = room.used;
    let book = room.book();
    assert!(book.best(BID).is_none_or(|bid| book.best(ASK).is_none_or(|ask| bid < ask)));
    let mut seen = 0;
    for side in [BID, ASK] {
        for tick in 1..=TICK_MAX {
            let level = book.ticks[side * TICKS + usize::from(tick) - 1];
            if book.levels[side][usize::from(tick >> 6)] >> (tick & 63) & 1 == 0 {
                assert_eq!(level, Tick::default());
                continue;
            }
            let (mut at, mut prev, mut age) = (level.head, NONE, 0);
            while at != NONE {
                let order = orders[usize::from(at)];
                assert_eq!((order.prev, order.tick, side_of(at)), (prev, tick, side));
                assert!(order.seq > age && order.lots > 0 && used[side] >> (at % 64) & 1 == 1);
                (prev, age, at, seen) = (at, order.seq, order.next, seen + 1);
            }
            assert_eq!(prev, level.tail);
        }
    }
    assert_eq!(seen, plain.orders.len());
    assert_eq!(used[0].count_ones() + used[1].count_ones(), seen as u32);
    for (seat, held) in seats.iter().enumerate() {
        let own = plain.orders.iter().filter(|(_, order)| usize::from(order.seat) == seat);
        let locked: u64 = own.map(|(side, o)| locks(*side, o.sells != 0, o.tick, o.lots, K).unwrap().1).sum();
        assert_eq!(held.locked, locked);
    }
}

fn posted(room: &mut Room, plain: &mut Plain, taker: &Taker, lots: u64, expiry: i64) {
    let order = Order {
        lots,
        seat: taker.seat,
        tick: taker.tick,
        sells: u8::from(taker.sells),
        expiry: if expiry < 40 { 0 } else { expiry },
        ..Order::default()
    };
    let mut book = room.book();
    if book.is_full(taker.side) {
        let newest =
            |o: &&(usize, Order)| (if taker.side == BID { -i32::from(o.1.tick) } else { i32::from(o.1.tick) }, o.1.seq);
        let worst = plain.orders.iter().filter(|(side, _)| *side == taker.side).max_by_key(newest).unwrap().1;
        let better = if taker.side == BID { taker.tick > worst.tick } else { taker.tick < worst.tick };
        let Some(index) = book.evicted_by(taker.side, taker.tick) else {
            assert!(!better);
            return;
        };
        assert!(better);
        assert_eq!(book.cancel(index).unwrap().seq, worst.seq);
        let at = plain.orders.iter().position(|(_, o)| o.seq == worst.seq).unwrap();
        plain.cancel(at);
    }
    let (_, seq) = book.post(taker.side, order).unwrap();
    plain.seq += 1;
    assert_eq!(seq, plain.seq);
    plain.orders.push((taker.side, Order { seq, ..order }));
}

fn step(room: &mut Room, plain: &mut Plain, act: &Act) {
    match act {
        Act::Place(taker, expiry) => {
            let mut steps = Vec::new();
            let taken = room.book().take(taker, |step| steps.push(step)).unwrap();
            assert_eq!(taken, plain.take(taker));
            assert_eq!(steps.len(), usize::from(taken.steps));
            if taken.lots < taker.lots && !taken.crossing {
                posted(room, plain, taker, taker.lots - taken.lots, *expiry);
            }
        }
        Act::Cancel(from) => {
            let mut book = room.book();
            if let Some(index) = book.next_order(from % ORDERS as u8) {
                let seq = book.cancel(index).unwrap().seq;
                let at = plain.orders.iter().position(|(_, o)| o.seq == seq).unwrap();
                plain.cancel(at);
            }
        }
        Act::Sweep(seat) => {
            let mut expected = plain.free[usize::from(*seat)];
            for (side, order) in plain.orders.iter().filter(|(_, order)| order.seat == *seat) {
                let (lock, amount) = locks(*side, order.sells != 0, order.tick, order.lots, K).unwrap();
                expected.add(&lock, amount).unwrap();
            }
            assert_eq!(room.book().holdings(*seat).unwrap(), expected);
            assert_eq!(room.book().sweep(*seat).unwrap(), std::mem::take(&mut plain.free[usize::from(*seat)]));
        }
    }
}

fn six_seats() -> (Room, Plain) {
    let mut room = Room::empty();
    for n in 0..6 {
        assert_eq!(room.book().sit([n + 1; 32]), Some(n));
    }
    (room, Plain { free: vec![Holdings::default(); 6], ..Plain::default() })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever is placed, cancelled and swept: fills, ages, seats and sums are those of the naive book, and it never rests crossed.
    #[test]
    fn as_plain(acts in prop::collection::vec(act(), 1..250)) {
        let (mut room, mut plain) = six_seats();
        for act in &acts {
            step(&mut room, &mut plain, act);
            sound(&mut room, &plain);
        }
        while let Some(index) = room.book().next_order(0) {
            room.book().cancel(index).unwrap();
        }
        for seat in 0..6 {
            room.book().sweep(seat).unwrap();
            assert_eq!(room.book().stand(seat), Some(true));
        }
        prop_assert!(room.is_zeros());
    }

    /// What a taker pays and makers give adds up: collateral and shares are neither made nor lost.
    #[test]
    fn conserves(acts in prop::collection::vec(act(), 1..120)) {
        let (mut room, mut plain) = six_seats();
        // What came into the book and went out of it: collateral, YES, NO.
        let mut inside = [0i128; 3];
        for act in &acts {
            if let Act::Place(taker, _) = act {
                let before = held(&mut room);
                let mut probe = room.clone();
                let taken = probe.book().take(taker, |_| ()).unwrap();
                let after = held(&mut probe);
                let (outcome, _) = lot_of(taker.side, taker.sells, 1);
                let shares = i128::from(taken.lots * LOT * K);
                let value = i128::from(taken.value);
                let mut moved = [0i128; 3];
                if taker.sells { moved[0] -= value } else { moved[0] += value }
                if taker.sells { moved[1 + outcome] += shares } else { moved[1 + outcome] -= shares }
                moved[0] += i128::from(taken.merged) - i128::from(taken.minted);
                for side in [1, 2] { moved[side] += i128::from(taken.minted) - i128::from(taken.merged) }
                for i in 0..3 { prop_assert_eq!(after[i] - before[i], moved[i]); inside[i] += moved[i]; }
            }
            step(&mut room, &mut plain, act);
        }
    }
}

/// All collateral and shares in seats and orders.
fn held(room: &mut Room) -> [i128; 3] {
    let mut sums = [0i128; 3];
    for seat in 0..6 {
        let held = room.book().holdings(seat).unwrap();
        for (sum, part) in sums.iter_mut().zip([held.credit, held.shares[0], held.shares[1]]) {
            *sum += i128::from(part);
        }
    }
    sums
}

#[test]
fn a_full_side_gives_up_its_newest_worst() {
    let mut room = Room::empty();
    let mut book = room.book();
    let seat = book.sit([1; 32]).unwrap();
    let order = |tick, lots| Order { tick, lots, seat, ..Order::default() };
    for side in [BID, ASK] {
        for n in 0..64u8 {
            let tick = if side == BID { 10 + n % 4 } else { 90 - n % 4 };
            book.post(side, order(tick, 1)).unwrap();
        }
        assert!(book.is_full(side));
        assert_eq!(book.post(side, order(50, 1)), None);
    }
    assert_eq!((book.evicted_by(BID, 10), book.evicted_by(ASK, 90)), (None, None));
    assert_eq!((book.evicted_by(BID, 11), book.evicted_by(ASK, 89)), (Some(60), Some(124)));
}

#[test]
fn forty_eight_seats() {
    let mut room = Room::empty();
    let mut book = room.book();
    for n in 0..SEATS as u8 {
        assert_eq!(book.sit([n; 32]), Some(n));
    }
    assert!(book.seats_full());
    assert_eq!(book.sit([77; 32]), None);
    assert_eq!(book.stand(5), Some(true));
    assert_eq!(book.sit([77; 32]), Some(5));
    book.post(BID, Order { tick: 3, lots: 2, seat: 5, ..Order::default() }).unwrap();
    assert_eq!(book.stand(5), Some(false));
    assert_eq!((book.least_locked(), book.seats[5].locked), (0, 3 * 2 * K));
}

#[test]
fn examples() {
    assert_eq!(locks(BID, false, 60, 3, 10), Some((Lock::Collateral, 1_800)));
    assert_eq!(locks(ASK, false, 60, 3, 10), Some((Lock::Collateral, 1_200)));
    assert_eq!(locks(ASK, true, 60, 3, 10), Some((Lock::Shares(0), 3_000)));
    assert_eq!(locks(BID, true, 60, 3, 10), Some((Lock::Shares(1), 3_000)));
    assert_eq!(locks(BID, false, 99, u64::MAX / 50, 1), None);
    let mut room = Room::empty();
    let book = room.book();
    assert_eq!((book.best(BID), book.worst(ASK), book.next_order(0)), (None, None, None));
}
