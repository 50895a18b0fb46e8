//! What `serve` says on standard output once it answers.

use std::io::Write;

use crate::app::accounts::FirstAccount;

/// Prints the address, the account that is ready, and what to try first.
pub(super) fn print(url: &str, account: Option<&FirstAccount>) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "\n  Allelecast is ready at  {url}\n")?;
    if let Some(account) = account {
        writeln!(out, "  Sign in as  {}", account.email)?;
        writeln!(
            out,
            "  password    in {} (cat it)\n",
            account.password_file.display()
        )?;
    }
    writeln!(
        out,
        "  To try first: `make demo` in a second terminal uploads an example slowly enough to watch,"
    )?;
    writeln!(
        out,
        "  or drop a .vcf or .vcf.gz of your own onto the Upload page. Ctrl-C stops everything.\n"
    )?;
    out.flush()
}
