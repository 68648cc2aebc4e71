//! Checkpoints: signed tree heads, as C2SP tlog-checkpoint says (<https://c2sp.org/tlog-checkpoint>). A checkpoint is a
//! signed note of three lines: whose log it is, how many entries it has, and the root of its tree.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::hash::Hash;
use crate::note::{Refusal, Signer, Verifier};

/// What a checkpoint says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Whose log it is: a name that no other log has, and that the key which signs it has.
    pub origin: String,
    /// How many entries it covers.
    pub size: u64,
    /// The root of their tree.
    pub root: Hash,
}

impl Checkpoint {
    /// The checkpoint, signed.
    #[must_use]
    pub fn sign(&self, signer: &Signer) -> String {
        signer.sign(&format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root.0)))
    }

    /// Reads a checkpoint that this key signed. Lines that it may have besides are for others.
    ///
    /// # Errors
    ///
    /// Why it is not believed.
    pub fn open(note: &str, verifier: &Verifier) -> Result<Self, Refusal> {
        Self::parse(verifier.open(note)?).ok_or(Refusal::Malformed)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        let (origin, size, root) = (lines.next()?, lines.next()?, lines.next()?);
        // One way to write a number, and no empty lines.
        let number: u64 = size.parse().ok()?;
        let root = Hash(STANDARD.decode(root).ok()?.try_into().ok()?);
        let is_written_well =
            number.to_string() == size && !origin.is_empty() && lines.all(|line| !line.is_empty());
        is_written_well.then(|| Self { origin: origin.to_owned(), size: number, root })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TREE_8: &str = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328";

    fn signer() -> Signer {
        Signer::new("insula.example/audit", [3; 32]).unwrap()
    }

    fn checkpoint() -> Checkpoint {
        let origin = "insula.example/audit/ten_01h455vb4pex5vsknk084sn02q".to_owned();
        Checkpoint { origin, size: 8, root: Hash::parse(TREE_8).unwrap() }
    }

    #[test]
    fn a_checkpoint_is_three_lines_and_a_signature() {
        let note = checkpoint().sign(&signer());
        let lines: Vec<&str> = note.lines().collect();
        assert_eq!(
            lines[..4],
            [
                "insula.example/audit/ten_01h455vb4pex5vsknk084sn02q",
                "8",
                "XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=",
                ""
            ]
        );
        assert!(lines[4].starts_with("— insula.example/audit ") && lines.len() == 5);
        assert_eq!(Checkpoint::open(&note, &signer().verifier()), Ok(checkpoint()));
    }

    #[test]
    fn what_is_signed_but_is_no_checkpoint_is_refused() {
        let root = "XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=";
        let read = |text: &str| Checkpoint::open(&signer().sign(text), &signer().verifier());
        for text in [
            "origin\n8\n".to_owned(),
            format!("origin\n08\n{root}\n"),
            format!("origin\n+8\n{root}\n"),
            format!("origin\n-8\n{root}\n"),
            format!("origin\n8\n{root}=\n"),
            "origin\n8\nAAAA\n".to_owned(),
            format!("\n8\n{root}\n"),
            format!("origin\n99999999999999999999\n{root}\n"),
        ] {
            assert_eq!(read(&text), Err(Refusal::Malformed), "{text}");
        }
        assert!(read(&format!("origin\n8\n{root}\nmore\n")).is_ok());
        assert_eq!(Checkpoint::open("no note", &signer().verifier()), Err(Refusal::Malformed));
    }
}
