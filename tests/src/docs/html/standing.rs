//! Who may do what: the role table and the scope table, as the guard reads them.

use insula_domain::permission::Permission;
use insula_domain::role::Role;
use insula_domain::scope::Scope;

/// Both tables, with how they are read together.
pub fn section() -> String {
    let roles = Role::ALL.map(|role| (role.as_str(), role.permissions()));
    let scopes = Scope::ALL.map(|scope| (scope.as_str(), scope.permissions()));
    format!(
        "<h2 id=\"standing\">Roles and scopes</h2>\n<p>A member may do what its role allows. A key may do what one of \
         its scopes and the present role of whoever made it both allow. In a suspended tenant nobody may do anything \
         but manage the account.</p>\n<h3 id=\"roles\">Roles</h3>\n{}<h3 id=\"scopes\">Scopes of keys</h3>\n{}",
        table(&roles),
        table(&scopes),
    )
}

/// A row for each permission, a column for each holder.
fn table(holders: &[(&str, &[Permission])]) -> String {
    let heads: String = holders.iter().map(|(name, _)| format!("<th>{name}</th>")).collect();
    let row = |permission: &Permission| {
        let cell = |(_, permissions): &(&str, &[Permission])| {
            if permissions.contains(permission) { "<td>yes</td>" } else { "<td></td>" }
        };
        let cells: String = holders.iter().map(cell).collect();
        format!("<tr><td><code>{}</code></td>{cells}</tr>\n", permission.as_str())
    };
    let rows: String = Permission::ALL.iter().map(row).collect();
    format!(
        "<div class=\"scroll\"><table>\n<thead><tr><th>Permission</th>{heads}</tr></thead>\n\
         <tbody>\n{rows}</tbody>\n</table></div>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_says_what_the_tables_say() {
        let section = section();
        let (roles, scopes) = section.split_once("<h3 id=\"scopes\">").unwrap();
        let count = |text: &str| text.matches("<td>yes</td>").count();
        assert_eq!(count(roles), Role::ALL.iter().map(|role| role.permissions().len()).sum::<usize>());
        assert_eq!(count(scopes), Scope::ALL.iter().map(|scope| scope.permissions().len()).sum::<usize>());
        assert!(
            roles.contains("<td><code>manage_billing</code></td><td>yes</td><td></td><td></td><td></td>")
        );
    }
}
