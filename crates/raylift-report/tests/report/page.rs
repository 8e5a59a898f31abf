//! The page.

use raylift_model::event::Direction;
use raylift_model::kept::Kept;
use raylift_model::names::{BundleSymbolicName, RelativePath};
use raylift_model::plan::{Action, Base, Decision, Edit, Phase, PlannedAction, ReturnMode};
use raylift_report::{Report, html};
use roxmltree::{Document, Node, ParsingOptions};

use crate::plan::{plan, with_roots};
use crate::runs;

const EVIL: &str = "</pre><script>alert(\"x\")</script>'&";

/// Parses the page as XML, which is stricter than HTML.
pub(crate) fn parsed<T>(page: &str, look: impl FnOnce(&Document<'_>) -> T) -> T {
    let options = ParsingOptions {
        allow_dtd: true,
        ..ParsingOptions::default()
    };
    look(&Document::parse_with_options(page, options).unwrap())
}

fn elements<'a>(document: &'a Document<'_>, name: &'static str) -> Vec<Node<'a, 'a>> {
    let nodes = document.root().descendants();
    nodes
        .filter(|node| node.tag_name().name() == name)
        .collect()
}

#[test]
fn what_others_wrote_stays_text() {
    let mut plan = with_roots(&[EVIL, "b", "c"]);
    plan.modules[0].module = BundleSymbolicName::new(EVIL);
    plan.files[2].path = RelativePath::new(EVIL);
    plan.findings[0].subject = EVIL.to_owned();
    plan.site.home = EVIL.into();
    let report = Report::build(&plan, &runs::rolled_back_by_itself(&plan));
    let page = html(&report).unwrap();
    parsed(&page, |document| {
        assert!(elements(document, "script").is_empty());
        let text = |name: &'static str, wanted: &str| {
            elements(document, name).iter().any(|node| {
                let text: String = node.descendants().filter_map(|node| node.text()).collect();
                text.contains(wanted)
            })
        };
        assert!(text("td", EVIL), "the module's name");
        assert!(text("li", EVIL), "the file");
        assert!(text("dd", EVIL), "the home");
        assert!(
            text("pre", "<script>alert(1)</script>"),
            "the line of the log"
        );
        assert!(text("pre", "\u{241b}[31mjava"), "the terminal's colour");
    });
}

#[test]
fn what_is_kept_is_on_it_with_what_removes_it() {
    let plan = plan();
    let report = Report::build(&plan, &runs::taken_back_after_burn_in(&plan));
    assert!(!html(&report).unwrap().contains("Kept beside the site"));
    let kept = vec![
        Kept::new("the newer database", "database x<y", "DROP DATABASE x;"),
        Kept::folder("the newer documents", "/home/aside/documents".as_ref()),
    ];
    let report = report.keeping(kept, false);
    let page = html(&report).unwrap();
    parsed(&page, |document| {
        let texts: Vec<&str> = elements(document, "td")
            .iter()
            .filter_map(|cell| cell.descendants().find_map(|node| node.text()))
            .collect();
        for row in [
            ["the newer database", "database x<y", "DROP DATABASE x;"],
            [
                "the newer documents",
                "/home/aside/documents",
                Kept::BY_HAND,
            ],
        ] {
            assert!(texts.windows(3).any(|cells| cells == row), "{row:?}");
        }
    });
    assert!(!page.contains("may be incomplete"));
    let page = html(&report.keeping(Vec::new(), true)).unwrap();
    assert!(page.contains("may be incomplete"));
}

#[test]
fn nothing_is_loaded_and_nothing_runs() {
    let plan = plan();
    let page = html(&Report::build(
        &plan,
        &runs::taken_back_after_burn_in(&plan),
    ))
    .unwrap();
    parsed(&page, |document| {
        for name in ["script", "link", "img", "iframe", "object", "use", "image"] {
            assert!(elements(document, name).is_empty(), "{name}");
        }
        for node in document.root().descendants() {
            for attribute in node.attributes() {
                assert!(!["src", "href", "srcset", "style"].contains(&attribute.name()));
                assert!(!attribute.name().starts_with("on"), "{}", attribute.name());
            }
        }
        let style: String = elements(document, "style")
            .iter()
            .filter_map(|node| node.text())
            .collect();
        assert!(!style.contains("url(") && !style.contains("@import"));
    });
}

#[test]
fn the_picture_says_what_it_shows() {
    let plan = plan();
    let report = Report::build(&plan, &runs::rolled_back_by_itself(&plan));
    parsed(&html(&report).unwrap(), |document| {
        let pictures = elements(document, "svg");
        assert_eq!(pictures.len(), 2, "one for each width");
        for picture in pictures {
            let named = picture.attribute("aria-labelledby").unwrap();
            for id in named.split(' ') {
                let texts = picture
                    .children()
                    .filter(|node| node.attribute("id") == Some(id));
                assert_eq!(texts.count(), 1, "{id}");
            }
            let class = |wanted: &str| {
                picture
                    .descendants()
                    .filter(|node| {
                        node.attribute("class")
                            .is_some_and(|class| class.split(' ').any(|class| class == wanted))
                    })
                    .count()
            };
            assert_eq!(class("failure"), 1);
            assert_eq!(class("cross"), 1);
            assert!(class("outage") >= 2, "a band and its label");
            assert!(class("back") > 0 && class("forward") > 0);
        }
        let mut ids: Vec<&str> = document
            .root()
            .descendants()
            .filter_map(|node| node.attribute("id"))
            .collect();
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all, "ids are unique");
    });
}

#[test]
fn many_exchanges_are_one_row() {
    let roots: Vec<String> = (0..30).map(|number| format!("folder-{number}")).collect();
    let roots: Vec<&str> = roots.iter().map(String::as_str).collect();
    let plan = with_roots(&roots);
    let report = Report::build(&plan, &runs::taken_back_after_burn_in(&plan));
    assert_eq!(
        report
            .actions
            .iter()
            .filter(|span| span.name == "exchange")
            .count(),
        60
    );
    parsed(&html(&report).unwrap(), |document| {
        let picture = elements(document, "svg")[0];
        let titles: Vec<&str> = picture
            .descendants()
            .filter(|node| node.tag_name().name() == "text")
            .filter_map(|node| node.text())
            .filter(|text| text.starts_with("Exchange"))
            .collect();
        assert_eq!(titles, ["Exchange 30 paths", "Exchange back 30 paths"]);
    });
}

/// Every bar lies inside the picture, also when one action takes nearly all of the time.
#[test]
fn bars_stay_inside_and_can_be_seen() {
    let plan = plan();
    for run in [runs::lopsided, runs::killed_and_resumed, runs::good] {
        let report = Report::build(&plan, &run(&plan));
        parsed(&html(&report).unwrap(), |document| {
            for picture in elements(document, "svg") {
                let frame: Vec<f64> = picture
                    .attribute("viewBox")
                    .unwrap()
                    .split(' ')
                    .map(|number| number.parse().unwrap())
                    .collect();
                let bars = picture
                    .descendants()
                    .filter(|node| node.attribute("class") == Some("piece"));
                let mut seen = 0;
                for bar in bars {
                    let number =
                        |name: &str| -> f64 { bar.attribute(name).unwrap().parse().unwrap() };
                    assert!(number("width") >= 2.0);
                    assert!(number("x") >= 0.0 && number("x") + number("width") <= frame[2] + 0.1);
                    assert!(number("y") + number("height") <= frame[3]);
                    seen += 1;
                }
                assert!(seen >= 12);
            }
        });
    }
}

#[test]
fn an_edited_file_shows_its_difference_line_by_line() {
    let mut plan = plan();
    plan.files[0].decision = Decision::Edit(Edit {
        base: Base::Nothing,
        splices: Vec::new(),
        mode: 0o644,
        replaces: true,
        difference: format!("@@ -1,2 +1,2 @@\n <Server>\n-{EVIL}\n+  <Realm/>\n"),
    });
    let page = html(&Report::build(&plan, &[])).unwrap();
    parsed(&page, |document| {
        let lines: Vec<(Option<&str>, Option<&str>)> = elements(document, "pre")
            .iter()
            .filter(|node| node.attribute("class") == Some("evidence difference"))
            .flat_map(|node| node.children())
            .filter(Node::is_element)
            .map(|node| (node.attribute("class"), node.text()))
            .collect();
        let evil = format!("-{EVIL}");
        assert_eq!(
            lines,
            [
                (Some("place"), Some("@@ -1,2 +1,2 @@")),
                (Some("around"), Some(" <Server>")),
                (Some("removed"), Some(evil.as_str())),
                (Some("added"), Some("+  <Realm/>")),
            ]
        );
    });
}

/// Whoever reads a report knows titles; names of actions are for programs.
#[test]
fn no_title_is_a_raw_name_and_what_undoes_nothing_has_no_row() {
    let mut plan = plan();
    let stop = plan.actions.iter();
    let stop = stop.map(|planned| planned.action.name());
    let at = stop.clone().position(|name| name == "stop-server").unwrap();
    plan.actions.insert(
        at + 1,
        PlannedAction {
            phase: Phase::Quiesced,
            action: Action::CheckSessions,
        },
    );
    for direction in [Direction::Forward, Direction::Back] {
        for mode in [ReturnMode::CodeOnly, ReturnMode::ReturnPoint] {
            for (index, planned) in plan.actions.iter().enumerate() {
                let title = plan.title(direction, index, mode).unwrap();
                let name = planned.action.name();
                assert!(
                    !title.contains(name) || !name.contains('-'),
                    "{title:?} is a raw name"
                );
            }
        }
    }
    let report = Report::build(&plan, &runs::taken_back_after_burn_in(&plan));
    let page = html(&report).unwrap();
    assert!(page.contains("Look who else uses the database"), "{page}");
    parsed(&page, |document| {
        let rows = elements(document, "svg")[0]
            .descendants()
            .filter_map(|node| node.text().map(str::to_owned))
            .filter(|text| text.contains("Nothing to undo"))
            .collect::<Vec<String>>();
        assert_eq!(rows, Vec::<String>::new());
    });
}
