//! Reads the form of an analysis as it arrives, without keeping the file.

use futures::channel::mpsc;
use futures::{SinkExt, future};
use insula_kit::Problem;
use insula_kit::problem::MALFORMED;
use insula_kit::request::Upload;
use insula_kit::validate::{self, FieldError};
use multer::{Constraints, Field, Multipart};
use sha2::{Digest, Sha256};

use crate::analysis::{Analyzer, Options, Parsed};
use crate::error::Error;
use crate::service::Names;

/// The longest name of a column or a file, in characters.
const MAX_NAME_LENGTH: usize = 200;
/// The longest value of a text part that is read before it is refused, in bytes.
const MAX_TEXT_BYTES: usize = 4 * MAX_NAME_LENGTH;

/// A form that was read to its end.
pub struct Uploaded {
    /// The names in it.
    pub names: Names,
    /// The file.
    pub parsed: Parsed,
    /// What tells equal forms from different ones: the parts, in order, without the boundary between them. Zero if
    /// it was not asked for.
    pub digest: [u8; 32],
}

type Piece = Result<insula_kit::Bytes, std::io::Error>;
type Pieces = mpsc::Receiver<Piece>;
type Sender = mpsc::Sender<Piece>;

/// Reads the form of that `Content-Type`. The digest is worth its time only if `digested` says that it is asked for.
pub async fn read(media_type: &str, mut upload: Upload, digested: bool) -> Result<Uploaded, Problem> {
    let boundary = multer::parse_boundary(media_type).map_err(|_| malformed("The boundary is missing."))?;
    let (mut sender, pieces) = mpsc::channel(1);
    // The body belongs to this task, the form's reader wants a stream that could be sent to another: so the pieces
    // go through a channel, and both ends run here, in turns.
    let pump = async {
        let passed_on = pass_on(&mut upload, &mut sender).await;
        // In any case: who reads the form would wait for more.
        sender.close_channel();
        passed_on
    };
    let (pumped, form) = future::join(pump, read_form(pieces, boundary, digested)).await;
    pumped.and(form)
}

/// Hands on what arrives, until it is over or nobody wants more.
async fn pass_on(upload: &mut Upload, sender: &mut Sender) -> Result<(), Problem> {
    while let Some(piece) = upload.next().await? {
        if sender.send(Ok(piece)).await.is_err() {
            break;
        }
    }
    Ok(())
}

async fn read_form(pieces: Pieces, boundary: String, digested: bool) -> Result<Uploaded, Problem> {
    let constraints = Constraints::new();
    let mut form = Multipart::with_constraints(pieces, boundary, constraints);
    let (mut names, mut parsed) = (Names::default(), None);
    let mut digest = digested.then(Sha256::new);
    let mut label_known = false;
    while let Some(mut part) = form.next_field().await.map_err(|_| malformed("The form breaks off."))? {
        match part.name().map(str::to_owned).as_deref() {
            Some("file") if parsed.is_none() => {
                names.file_name = file_name(&part)?;
                absorb(&mut digest, b"file", names.file_name.as_deref().unwrap_or_default().as_bytes());
                label_known = names.label_column.is_some();
                parsed = Some(read_file(&mut part, names.label_column.clone(), &mut digest).await?);
            }
            Some("label_column") if names.label_column.is_none() => {
                let label = read_text(&mut part, "label_column").await?;
                absorb(&mut digest, b"label_column", label.as_bytes());
                names.label_column = Some(label);
            }
            Some("file" | "label_column") => return Err(repeated(part.name().unwrap_or_default())),
            _ => {
                return Err(FieldError::new(
                    "",
                    "unknown",
                    "only `file` and `label_column` are parts of this form",
                )
                .into());
            }
        }
    }
    let parsed = parsed.ok_or_else(|| FieldError::new("file", "required", "the part `file` is required"))?;
    let parsed = match &names.label_column {
        Some(label) if !label_known => parsed.with_label(label).map_err(Error::Refused)?,
        _ => parsed,
    };
    Ok(Uploaded { names, parsed, digest: digest.map(|digest| digest.finalize().into()).unwrap_or_default() })
}

async fn read_file(
    part: &mut Field<'_>,
    label: Option<String>,
    digest: &mut Option<Sha256>,
) -> Result<Parsed, Problem> {
    let mut analyzer = Analyzer::new(Options { label_column: label });
    let mut content = digest.as_ref().map(|_| Sha256::new());
    while let Some(piece) = part.chunk().await.map_err(|_| malformed("The file breaks off."))? {
        if let Some(content) = &mut content {
            content.update(&piece);
        }
        analyzer.push(&piece).map_err(Error::Refused)?;
    }
    if let (Some(digest), Some(content)) = (digest, content) {
        digest.update(content.finalize());
    }
    Ok(analyzer.finish().map_err(Error::Refused)?)
}

async fn read_text(part: &mut Field<'_>, name: &str) -> Result<String, Problem> {
    let mut bytes = Vec::new();
    while let Some(piece) = part.chunk().await.map_err(|_| malformed("The form breaks off."))? {
        bytes.extend_from_slice(&piece);
        if bytes.len() > MAX_TEXT_BYTES {
            return Err(too_long(name).into());
        }
    }
    let text = String::from_utf8(bytes).map_err(|_| FieldError::new(name, "encoding", "must be UTF-8"))?;
    Ok(validate::line(name, &text, 1, MAX_NAME_LENGTH)?)
}

/// The file's name without folders: it is shown in lists and never used as a path.
fn file_name(part: &Field<'_>) -> Result<Option<String>, Problem> {
    let Some(name) = part.file_name().and_then(|name| name.rsplit(['/', '\\']).next()) else {
        return Ok(None);
    };
    if name.is_empty() {
        return Ok(None);
    }
    Ok(Some(validate::line("file", name, 1, MAX_NAME_LENGTH)?))
}

/// Adds a part to the digest so that no two different forms give the same bytes.
fn absorb(digest: &mut Option<Sha256>, name: &[u8], text: &[u8]) {
    if let Some(digest) = digest {
        digest.update(name);
        digest.update(u64::try_from(text.len()).unwrap_or_default().to_be_bytes());
        digest.update(text);
    }
}

fn malformed(detail: &str) -> Problem {
    Problem::new(&MALFORMED).detail(detail)
}

fn too_long(name: &str) -> FieldError {
    FieldError::new(name, "length", format!("must have 1 to {MAX_NAME_LENGTH} characters"))
}

fn repeated(name: &str) -> Problem {
    FieldError::new(name, "repeated", "may be given once").into()
}
