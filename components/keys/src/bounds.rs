//! What a caller may give to a key: never more than it has itself. Pure: no I/O.

use insula_domain::permission::Permission;
use insula_domain::rate_limit::RateLimit;
use insula_domain::role::Role;
use insula_kit::validate::FieldError;

use crate::settings::{Settings, at_scope};

/// Who gives.
#[derive(Clone, Debug)]
pub struct Giver {
    /// The role of the person, or of who made the calling key.
    pub role: Role,
    /// What it may do.
    pub permissions: Vec<Permission>,
    /// How the calling key is bound, if a key is calling.
    pub key: Option<Settings>,
}

impl Giver {
    /// What is wrong with giving a new key these settings. A scope must grant something to the role that the key will
    /// act with; and a caller that is itself a key gives away nothing that it may not do itself, in no more places, not
    /// faster and not for longer, so that a key can't make a mightier one.
    pub fn excess_of_new(&self, settings: &Settings) -> Vec<FieldError> {
        let mut excess = self.excess_of_scopes(settings, Some(self.role), None);
        excess.extend(self.excess_of_bounds(settings, None));
        excess
    }

    /// The same for the change of a key that acts with the role of another person, perhaps a mightier one: what the
    /// change adds must be the caller's too. What the key had before, it may keep.
    pub fn excess_of_change(&self, from: &Settings, to: &Settings, role: Option<Role>) -> Vec<FieldError> {
        let mut excess = self.excess_of_scopes(to, role, Some(from));
        excess.extend(self.excess_of_bounds(to, Some(from)));
        excess
    }

    fn excess_of_scopes(
        &self,
        to: &Settings,
        role: Option<Role>,
        from: Option<&Settings>,
    ) -> Vec<FieldError> {
        let mut excess = Vec::new();
        for (at, scope) in to.scopes.iter().enumerate() {
            if from.is_some_and(|from| from.scopes.contains(scope)) {
                continue;
            }
            let allowed = |permission: &&Permission| role.is_some_and(|role| role.allows(**permission));
            let granted: Vec<_> = scope.permissions().iter().filter(allowed).collect();
            if granted.is_empty() {
                excess.push(at_scope(at, "exceeds-role", "grants nothing that its creator's role allows"));
            } else if granted.iter().any(|permission| !self.permissions.contains(permission)) {
                let (code, who) = match self.key {
                    Some(_) => ("exceeds-key", "the calling key"),
                    None => ("exceeds-role", "the caller"),
                };
                excess.push(at_scope(at, code, &format!("grants more than {who} may do")));
            }
        }
        excess
    }

    fn excess_of_bounds(&self, to: &Settings, from: Option<&Settings>) -> Vec<FieldError> {
        let Some(own) = &self.key else { return Vec::new() };
        let networks =
            own.networks.as_ref().is_none_or(|own| to.networks.as_ref().is_some_and(|to| own.cover(to)));
        let limit = own.limit.is_none_or(|own| to.limit.is_some_and(|to| is_within(to, own)));
        let end = own.expires_at.is_none_or(|own| to.expires_at.is_some_and(|to| to <= own));
        let kept = |same: fn(&Settings, &Settings) -> bool| from.is_some_and(|from| same(from, to));
        let checks = [
            ("allowed_networks", networks || kept(|one, other| one.networks == other.networks)),
            ("rate_limit", limit || kept(|one, other| one.limit == other.limit)),
            ("expires_in_days", end || kept(|one, other| one.expires_at == other.expires_at)),
        ];
        let exceeds =
            |name| FieldError::new(name, "exceeds-key", "must not go beyond what binds the calling key");
        checks.into_iter().filter(|(_, sound)| !sound).map(|(name, _)| exceeds(name)).collect()
    }
}

/// Whether a limit lets in nothing that the other doesn't: neither at once nor over time.
fn is_within(limit: RateLimit, other: RateLimit) -> bool {
    let (one, other) = (limit.rate(), other.rate());
    one.burst <= other.burst && one.calls * other.window_ms <= other.calls * one.window_ms
}

#[cfg(test)]
mod tests {
    use super::*;
    use insula_domain::network::{Networks, network};
    use insula_domain::scope::{Scope, effective};
    use insula_kit::time::Timestamp;

    fn settings(scopes: &[Scope]) -> Settings {
        Settings {
            name: "n".to_owned(),
            scopes: scopes.to_vec(),
            expires_at: None,
            limit: None,
            networks: None,
            metadata: Default::default(),
        }
    }

    fn person(role: Role) -> Giver {
        Giver { role, permissions: role.permissions().to_vec(), key: None }
    }

    fn places(errors: &[FieldError]) -> Vec<(&str, &str)> {
        errors.iter().map(|error| (error.pointer.as_str(), error.code)).collect()
    }

    #[test]
    fn a_person_gives_away_only_scopes_that_mean_something_to_its_role() {
        let key = settings(&[Scope::Read, Scope::Billing, Scope::Write]);
        assert_eq!(places(&person(Role::Owner).excess_of_new(&key)), []);
        assert_eq!(places(&person(Role::Admin).excess_of_new(&key)), [("/scopes/1", "exceeds-role")]);
    }

    #[test]
    fn a_key_can_not_make_a_mightier_one() {
        let own = settings(&[Scope::Admin, Scope::Analyze]);
        let permissions = effective(Role::Owner, Some(&own.scopes));
        let giver = Giver { role: Role::Owner, permissions, key: Some(own) };
        let errors =
            giver.excess_of_new(&settings(&[Scope::Admin, Scope::Analyze, Scope::Write, Scope::Billing]));
        assert_eq!(places(&errors), [("/scopes/2", "exceeds-key"), ("/scopes/3", "exceeds-key")]);
    }

    #[test]
    fn a_bound_key_makes_only_keys_that_are_bound_as_tightly() {
        let bound = |limit: &str, inside: &str, end: i64| Settings {
            limit: RateLimit::parse(limit),
            networks: Some(Networks::new(network(inside))),
            expires_at: Some(Timestamp::from_ms(end)),
            ..settings(&[Scope::Admin])
        };
        let own = bound("100/minute", "10.0.0.0/8", 1_000);
        let giver = Giver { key: Some(own.clone()), ..person(Role::Owner) };
        let excess = |to: &Settings| {
            giver.excess_of_new(to).into_iter().map(|error| error.pointer).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(excess(&bound("1/second", "10.1.0.0/16", 999)), "");
        assert_eq!(excess(&bound("2/second", "10.1.0.0/16", 999)), "/rate_limit");
        assert_eq!(
            excess(&bound("6000/hour", "11.0.0.0/8", 1_001)),
            "/allowed_networks /rate_limit /expires_in_days"
        );
        assert_eq!(excess(&settings(&[Scope::Admin])), "/allowed_networks /rate_limit /expires_in_days");
        // A change may leave what another caller chose.
        let free = settings(&[Scope::Admin]);
        assert_eq!(giver.excess_of_change(&free, &free, Some(Role::Owner)), []);
    }

    /// Protects the owner from its admins: a key acts with the role of who made it.
    #[test]
    fn a_change_adds_nothing_that_the_caller_may_not_do_itself() {
        let (from, to) = (
            settings(&[Scope::Read, Scope::Billing]),
            settings(&[Scope::Billing, Scope::Admin, Scope::Write]),
        );
        let of_owner = |giver: &Giver| giver.excess_of_change(&from, &to, Some(Role::Owner));
        assert_eq!(places(&of_owner(&person(Role::Admin))), [("/scopes/1", "exceeds-role")]);
        assert_eq!(places(&of_owner(&person(Role::Owner))), []);
        let of_nobody = person(Role::Owner).excess_of_change(&from, &to, None);
        assert_eq!(places(&of_nobody), [("/scopes/1", "exceeds-role"), ("/scopes/2", "exceeds-role")]);
    }
}
