//! What is alive in the browser. Islands of one page share one live store ([`live`]): one `EventSource`, one
//! clock. What only shows is drawn by the server alone, also when it changes: the store fetches the page anew
//! and puts what differs in place ([`live`]), so that no component has to be compiled twice.

pub mod badge;
pub mod live;
pub mod switch_form;
pub mod theme;
