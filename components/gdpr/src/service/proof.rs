//! Proofs that an entry is in a log, and that a log goes on from what it was.

use insula_audit::hash::Hash;
use insula_audit::merkle::Plan;
use insula_audit::merkle::verify::{self, Tree};
use insula_kit::id::TenantId;
use insula_kit::validate::FieldError;
use insula_kit::{Cx, Problem};

use super::checkpoint::{self, Signed};
use super::tree;
use crate::error::Error;
use crate::store::entry::Log;

/// A proof that an entry is in the tree of a size.
#[derive(Debug)]
pub struct Inclusion {
    /// The entry's place.
    pub entry: u64,
    /// Its leaf.
    pub leaf: Hash,
    /// The tree.
    pub tree: Tree,
    /// The hashes.
    pub path: Vec<Hash>,
}

/// A proof that a tree is the beginning of another.
#[derive(Debug)]
pub struct Consistency {
    /// The one.
    pub old: Tree,
    /// The other.
    pub new: Tree,
    /// The hashes.
    pub path: Vec<Hash>,
}

/// Proves that the entry is in the tree of that size; without one, in the newest that was signed.
pub async fn inclusion(
    cx: &Cx,
    tenant_id: TenantId,
    place: u64,
    size: Option<u64>,
) -> Result<Inclusion, Problem> {
    let (log, newest) = checkpoint::newest(cx, tenant_id).await?;
    let size = within(&newest, "size", size.unwrap_or(newest.says.size), 1)?;
    let outside = || FieldError::query("entry", "range", format!("must be a whole number below {size}"));
    let plan = Plan::inclusion(place, size).ok_or_else(outside)?;
    let (path, leaf) = tree::prove(cx.db(), &log, &plan, Some(place)).await?;
    let leaf = leaf.ok_or(Error::Altered { entry: Some(place) })?;
    let tree = tree_of(cx, &log, &newest, size).await?;
    if !verify::inclusion(leaf, place, size, &path, tree.root) {
        return Err(Error::Altered { entry: None }.into());
    }
    Ok(Inclusion { entry: place, leaf, tree, path })
}

/// Proves that the tree of the one size is the beginning of that of the other; without another, of the newest that was
/// signed.
pub async fn consistency(
    cx: &Cx,
    tenant_id: TenantId,
    from: u64,
    to: Option<u64>,
) -> Result<Consistency, Problem> {
    let (log, newest) = checkpoint::newest(cx, tenant_id).await?;
    let to = within(&newest, "to", to.unwrap_or(newest.says.size), 1)?;
    let outside = || FieldError::query("from", "range", format!("must be a whole number from 1 to {to}"));
    let plan = Plan::consistency(from, to).ok_or_else(outside)?;
    let (path, _) = tree::prove(cx.db(), &log, &plan, None).await?;
    let (old, new) = (tree_of(cx, &log, &newest, from).await?, tree_of(cx, &log, &newest, to).await?);
    if !verify::consistency(old, new, &path) {
        return Err(Error::Altered { entry: None }.into());
    }
    Ok(Consistency { old, new, path })
}

fn within(newest: &Signed, name: &'static str, size: u64, least: u64) -> Result<u64, FieldError> {
    let most = newest.says.size;
    let outside = || {
        FieldError::query(
            name,
            "range",
            format!("must be a whole number from {least} to {most}, which is signed"),
        )
    };
    (least..=most).contains(&size).then_some(size).ok_or_else(outside)
}

async fn tree_of(cx: &Cx, log: &Log, newest: &Signed, size: u64) -> Result<Tree, Problem> {
    if size == newest.says.size {
        return Ok(Tree { size, root: newest.says.root });
    }
    Ok(Tree { size, root: tree::edge(cx.db(), log, size).await?.root() })
}
