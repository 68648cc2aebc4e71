//! How many connections there are, in all and from each client.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use super::App;
use super::admission::{Pool, Room, counted};
use crate::log::{Entry, Level};
use crate::settings::Settings;

/// How often the log says that connections are turned away: whoever opens too many must not fill it.
const TELL_EVERY: Duration = Duration::from_secs(60);

/// The connections that are open.
pub(super) struct Connections {
    pool: Pool,
    near_clients_count: bool,
    told: Option<Instant>,
}

impl Connections {
    pub(super) fn new(settings: &Settings) -> Self {
        Self {
            pool: Pool::shared(settings.max_connections, settings.max_connections_per_client),
            near_clients_count: settings.near_clients_count,
            told: None,
        }
    }

    /// Room for one more; none when there are as many as there may be, which is logged now and then.
    pub(super) fn take(&mut self, app: &App, peer: IpAddr) -> Option<Room> {
        let room = self.pool.take(counted(peer, self.near_clients_count), 1);
        if room.is_none() && self.told.is_none_or(|at| at.elapsed() >= TELL_EVERY) {
            self.told = Some(Instant::now());
            let message = "connections are closed as they come: there are as many as there may be, in all or from one \
                           address";
            app.settings.log.write(&Entry::host(app.settings.clock.now(), Level::Warn, message));
        }
        room
    }
}
