//! What a caller may give to a key: never more than it has itself. Pure: no I/O.

use insula_domain::permission::Permission;
use insula_domain::rate_limit::RateLimit;
use insula_domain::role::Role;
use insula_kit::validate::FieldError;

use crate::settings::{Settings, at_scope};

const NETWORKS: &str = "allowed_networks";
const LIMIT: &str = "rate_limit";
const END: &str = "expires_in_days";

/// Who gives.
#[derive(Clone, Debug)]
pub struct Giver {
    /// The role of the person, or of who made the calling key.
    pub role: Role,
    /// What it may do.
    pub permissions: Vec<Permission>,
    /// How the calling key is bound, if a key is calling.
    pub key: Option<Settings>,
    /// Whether that key shares a limit, its own or one of the operator, with the keys that it makes.
    pub shares_limit: bool,
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

    /// The settings of a key that the caller makes, if it may choose them so. A key that is limited shares that with all
    /// keys that it makes, so that together they are let in no more often than it alone: none of them has another limit.
    pub fn share_limit(&self, settings: Settings) -> Result<Settings, FieldError> {
        if !self.shares_limit {
            return Ok(settings);
        }
        let own = self.own_limit();
        if settings.limit.is_some() && settings.limit != own {
            let detail = "must be absent: a key shares its limit with the keys that it makes";
            return Err(FieldError::new("rate_limit", "exceeds-key", detail));
        }
        Ok(Settings { limit: own, ..settings })
    }

    /// The limit that the tenant chose for the calling key.
    pub fn own_limit(&self) -> Option<RateLimit> {
        self.key.as_ref().and_then(|key| key.limit)
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
        let kept = |name: &str| {
            from.is_some_and(|from| match name {
                NETWORKS => from.networks == to.networks,
                LIMIT => from.limit == to.limit,
                _ => from.expires_at == to.expires_at,
            })
        };
        let exceeds =
            |name| FieldError::new(name, "exceeds-key", "must not go beyond what binds the calling key");
        beyond(own, to).filter(|name| !kept(name)).map(exceeds).collect()
    }
}

/// The fields that are not within those bounds.
fn beyond(bounds: &Settings, to: &Settings) -> impl Iterator<Item = &'static str> {
    let networks =
        bounds.networks.as_ref().is_none_or(|own| to.networks.as_ref().is_some_and(|to| own.cover(to)));
    let limit = bounds.limit.is_none_or(|own| to.limit.is_some_and(|to| to.rate().is_within(own.rate())));
    let end = bounds.expires_at.is_none_or(|own| to.expires_at.is_some_and(|to| to <= own));
    [(NETWORKS, networks), (LIMIT, limit), (END, end)]
        .into_iter()
        .filter_map(|(name, within)| (!within).then_some(name))
}

/// The fields of a change that let a key be used in more places, more often or for longer than before.
pub fn loosened(from: &Settings, to: &Settings) -> Vec<FieldError> {
    let error = |name| FieldError::new(name, "exceeds-role", "only an owner may loosen what an owner bound");
    beyond(from, to).map(error).collect()
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
        Giver { role, permissions: role.permissions().to_vec(), key: None, shares_limit: false }
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
        let giver = Giver { role: Role::Owner, permissions, key: Some(own), shares_limit: false };
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
        let giver = Giver { key: Some(own.clone()), shares_limit: true, ..person(Role::Owner) };
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
