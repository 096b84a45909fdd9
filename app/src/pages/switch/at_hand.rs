//! The switch that is under way, or was a moment ago, as it goes. It is the part of the page that follows along: a
//! confirmation goes on to show what it rests on.

use crate::{
    components::{
        course::{self, Here, course},
        side::Side,
        when::Ago,
    },
    desk::RecordDetail,
    paths,
    render::View,
    words::record,
};
use leptos::prelude::*;
use teal_domain::{Color, PairSnapshot};

/// The region, which is empty where there is no such switch. `form` is the side to which the page has a form to switch.
pub fn region(view: &View<'_>, pair: &PairSnapshot, detail: Option<&RecordDetail>, form: Option<Color>) -> AnyView {
    let shown = detail.and_then(|detail| shown(view, pair, detail, form));
    view! { <div class="at-hand" data-region="course">{shown}</div> }.into_any()
}

/// Whether more of it is to come.
pub fn is_open(pair: &PairSnapshot, detail: Option<&RecordDetail>) -> bool {
    detail.is_some_and(|detail| course::is_open(pair, &detail.record))
}

fn shown(view: &View<'_>, pair: &PairSnapshot, detail: &RecordDetail, form: Option<Color>) -> Option<AnyView> {
    let record = &detail.record;
    let switch = record.switch()?;
    let told = record::told(switch);
    // Nobody's typing is lost to a page that loads itself anew.
    let stands = (form.is_some() && is_open(pair, Some(detail))).then(|| {
        view! {
            <noscript>
                <p class="hint">
                    "Without script this page stays as it is, so that the form can be filled in. "
                    <a href=paths::record(&pair.id, record.seq)>"How it goes now"</a>
                </p>
            </noscript>
        }
    });
    Some(
        view! {
            <section class="stack" aria-labelledby="at-hand">
                <header>
                    <h2 id="at-hand">"The switch to " <Side color=switch.target /></h2>
                    <p class="byline">
                        "By "{record::who(&record.actor.name).to_owned()}", "<Ago at=record.at now=view.now />": “"{switch.reason.to_string()}"”. "
                        <a href=paths::record(&pair.id, record.seq)>"The whole record"</a>
                    </p>
                    {stands}
                </header>
                {course(view, pair, detail, told, Here::Switch(form))}
            </section>
        }
        .into_any(),
    )
}
