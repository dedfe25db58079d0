//! `idl OUT`: builds the IDL of every program from its Rust source into OUT/<program>.json. The same source gives the same bytes.

use std::path::{Path, PathBuf};

use anchor_lang_idl::build::IdlBuilder;
use anyhow::{Context, Result};

const PROGRAMS: [&str; 2] = ["market", "poster"];

fn main() -> Result<()> {
    // The builder mistakes the variable that rustup's cargo sets for a wish to install that toolchain.
    std::env::remove_var("RUSTUP_TOOLCHAIN");
    let out = PathBuf::from(std::env::args().nth(1).context("usage: idl OUT")?);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("no parent folder")?;
    std::fs::create_dir_all(&out)?;
    for program in PROGRAMS {
        let args = ["--features", "localnet", "--lib", "--locked"];
        let idl = IdlBuilder::new()
            .program_path(root.join(program))
            .cargo_args(args.map(String::from).to_vec())
            .build()
            .with_context(|| format!("building the IDL of {program}"))?;
        let path = out.join(format!("{program}.json"));
        std::fs::write(&path, serde_json::to_string_pretty(&idl)? + "\n")?;
        println!("{}", path.display());
    }
    Ok(())
}
