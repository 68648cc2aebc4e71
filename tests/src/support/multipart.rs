//! A `multipart/form-data` body.

/// A form.
#[derive(Clone, Debug, Default)]
pub struct Form {
    parts: Vec<(String, Vec<u8>)>,
}

const BOUNDARY: &str = "insula-test-boundary-7MA4YWxkTrZu0gW";

impl Form {
    /// A form with a file, named `data.csv`.
    #[must_use]
    pub fn file(content: impl AsRef<[u8]>) -> Self {
        Self::default().part("name=\"file\"; filename=\"data.csv\"", content)
    }

    /// Adds a text.
    #[must_use]
    pub fn text(self, name: &str, text: &str) -> Self {
        self.part(&format!("name=\"{name}\""), text)
    }

    /// Adds a part with that disposition.
    #[must_use]
    pub fn part(mut self, disposition: &str, content: impl AsRef<[u8]>) -> Self {
        self.parts.push((disposition.to_owned(), content.as_ref().to_vec()));
        self
    }

    pub(crate) fn media_type(&self) -> String {
        format!("multipart/form-data; boundary={BOUNDARY}")
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (disposition, content) in &self.parts {
            bytes.extend(
                format!("--{BOUNDARY}\r\nContent-Disposition: form-data; {disposition}\r\n\r\n").bytes(),
            );
            bytes.extend(content);
            bytes.extend(b"\r\n");
        }
        bytes.extend(format!("--{BOUNDARY}--\r\n").bytes());
        bytes
    }
}
