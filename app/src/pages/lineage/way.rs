//! The way to Marquez: the configured address, or the load balancer and how it is reached.

use crate::components::icon::{Glyph, Icon};
use leptos::{either::EitherOf3, prelude::*};
use teal_domain::{PairSnapshot, console::encoded, lineage::WebAddress, platform::Balancer};

/// Where its pages are behind the load balancer.
const WEB: u16 = 3000;

/// The card.
pub(super) fn card(pair: &PairSnapshot) -> impl IntoView + use<> {
    let balancer = pair.platform.balancer.value().and_then(|found| found.it());
    let found = balancer.and_then(|balancer| Some((balancer, WebAddress::of_host(&balancer.dns, WEB)?)));
    let way = match (&pair.lineage.setup.public, found) {
        (Some(public), _) => EitherOf3::A(configured(public)),
        (None, Some((balancer, address))) => EitherOf3::B(behind(pair, balancer, &address)),
        (None, None) => EitherOf3::C(view! {
            <p class="hint">
                "Teal is not told where people open it. Write "<code>"public_url"</code>" into "<code>"[pair.lineage]"</code>
                ", and jobs and datasets lead to their pages there."
            </p>
        }),
    };
    view! {
        <section class="card way" aria-labelledby="way">
            <header><h2 id="way">"Marquez itself"</h2></header>
            {way}
        </section>
    }
}

fn open(address: String) -> impl IntoView {
    view! {
        <a class="button" href=address rel="noopener noreferrer" target="_blank">"Open Marquez"<Icon glyph=Glyph::Out /></a>
    }
}

fn configured(public: &WebAddress) -> impl IntoView + use<> {
    let pages = [("Jobs", "jobs"), ("Datasets", "datasets"), ("Events", "events")].map(|(label, path)| {
        view! { <a href=format!("{public}/{path}") rel="noopener noreferrer" target="_blank">{label}</a> }
    });
    view! {
        <p class="actions">{open(public.to_string())}<span class="dotted">{pages.collect_view()}</span></p>
        <p class="hint"><code>{public.to_string()}</code>", from "<code>"public_url"</code>"."</p>
    }
}

/// By the name that AWS gives to the load balancer.
fn behind(pair: &PairSnapshot, balancer: &Balancer, address: &WebAddress) -> impl IntoView + use<> {
    let inside = balancer.internal.then(|| {
        let command = forward(pair, balancer);
        view! {
            <p>
                "This load balancer is internal: its name leads nowhere from outside its network. Come in by the VPN, or \
                 forward a port through an instance in that network, with the Session Manager plugin of the AWS command line:"
            </p>
            <pre tabindex="0"><code>{command}</code></pre>
            <p class="hint">
                "Then open "<code>"http://localhost:3000"</code>" on the machine where that runs. The instance needs the SSM agent \
                 and leave to reach the load balancer."
            </p>
        }
    });
    view! {
        <p class="actions">{open(address.to_string())}</p>
        <p class="hint"><code>{address.to_string()}</code>", the load balancer as AWS names it."</p>
        {inside}
        <p class="hint">
            "Where people open it by another address, write that as "<code>"public_url"</code>" into "
            <code>"[pair.lineage]"</code>": then jobs and datasets lead to their pages there too."
        </p>
    }
}

/// The command that forwards a port of this machine to the load balancer.
fn forward(pair: &PairSnapshot, balancer: &Balancer) -> String {
    let platform = &pair.platform;
    let of_group = platform.group.value().and_then(|found| found.it()).and_then(|group| group.instances.first());
    let alone = platform.instance.value().and_then(|found| found.it());
    let id = of_group.map(|member| &*member.id).or(alone.map(|instance| &*instance.id));
    let id = id.filter(|id| id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'));
    format!(
        "aws ssm start-session --region {} --target {} \\\n  --document-name AWS-StartPortForwardingSessionToRemoteHost \\\n  \
         --parameters host={},portNumber={WEB},localPortNumber={WEB}",
        encoded(&pair.region),
        id.unwrap_or("INSTANCE-ID"),
        encoded(&balancer.dns),
    )
}
