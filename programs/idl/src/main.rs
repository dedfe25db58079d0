//! `idl OUT`: builds the IDL of every program from its Rust source into OUT/<program>.json. The same source gives the same bytes.

use std::path::{Path, PathBuf};

use anchor_lang_idl::build::IdlBuilder;
use anchor_lang_idl::types::{Idl, IdlInstructionAccountItem};
use anyhow::{Context, Result};

const PROGRAMS: [&str; 3] = ["market", "creator", "poster"];

fn main() -> Result<()> {
    // The builder mistakes the variable that rustup's cargo sets for a wish to install that toolchain.
    std::env::remove_var("RUSTUP_TOOLCHAIN");
    let out = PathBuf::from(std::env::args().nth(1).context("usage: idl OUT")?);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("no parent folder")?;
    std::fs::create_dir_all(&out)?;
    for program in PROGRAMS {
        let args = ["--features", "localnet", "--lib", "--locked"];
        let mut idl = IdlBuilder::new()
            .program_path(root.join(program))
            .cargo_args(args.map(String::from).to_vec())
            .build()
            .with_context(|| format!("building the IDL of {program}"))?;
        name_fixed_accounts(&mut idl)?;
        let path = out.join(format!("{program}.json"));
        std::fs::write(&path, serde_json::to_string_pretty(&idl)? + "\n")?;
        println!("{}", path.display());
    }
    Ok(())
}

/// Writes in the two addresses of event emission, which Anchor adds to an instruction without saying where they lie.
fn name_fixed_accounts(idl: &mut Idl) -> Result<()> {
    let program: [u8; 32] =
        bs58::decode(&idl.address).into_vec()?.try_into().ok().context("a program id of 32 bytes")?;
    let (authority, _) = const_crypto::ed25519::derive_program_address(&[b"__event_authority"], &program);
    let authority = bs58::encode(authority).into_string();
    for account in idl.instructions.iter_mut().flat_map(|instruction| &mut instruction.accounts) {
        if let IdlInstructionAccountItem::Single(account) = account {
            match account.name.as_str() {
                "event_authority" => account.address = Some(authority.clone()),
                "program" => account.address = Some(idl.address.clone()),
                _ => {}
            }
        }
    }
    Ok(())
}
