//! XML files of Tomcat.

use crate::xml;

/// Tomcat 9.0.19's, shortened, as a Liferay bundle has it.
const OLD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<!-- Licensed -->
<Server port="8005" shutdown="SHUTDOWN">
  <Listener className="org.apache.catalina.startup.VersionLoggerListener" />
  <Listener className="org.apache.catalina.core.AprLifecycleListener" SSLEngine="on" />
  <Service name="Catalina">
    <!-- A "Connector" represents an endpoint -->
    <Connector port="8080" protocol="HTTP/1.1"
               connectionTimeout="20000"
               redirectPort="8443" URIEncoding="UTF-8" />
    <Engine name="Catalina" defaultHost="localhost">
      <Realm className="org.apache.catalina.realm.LockOutRealm">
        <Realm className="org.apache.catalina.realm.UserDatabaseRealm"
               resourceName="UserDatabase"/>
      </Realm>
      <Host name="localhost"  appBase="webapps"
            unpackWARs="true" autoDeploy="true">
        <Valve className="org.apache.catalina.valves.AccessLogValve" directory="logs"
               pattern="%h %l %u %t &quot;%r&quot; %s %b" />
      </Host>
    </Engine>
  </Service>
</Server>
"#;

#[test]
fn the_sites_changes_go_into_the_new_servers_file() {
    let site = OLD
        .replace("port=\"8080\"", "port='80' address=\"127.0.0.1\"")
        .replace(
            "    <Engine",
            "    <!-- for the balancer -->\n    <Connector port=\"8009\" protocol=\"AJP/1.3\" secret=\"geheim\"\n               address=\"::1\" />\n    <Engine",
        )
        .replace(" autoDeploy=\"true\"", " autoDeploy=\"false\"")
        .replace(
            "        <Valve",
            "        <Alias>www.example.com</Alias>\n        <Valve className=\"org.apache.catalina.valves.RemoteIpValve\" />\n        <Valve",
        );
    let release = OLD
        .replace(
            "connectionTimeout=\"20000\"",
            "connectionTimeout=\"20000\"\n               maxParameterCount=\"1000\"",
        )
        .replace(
            "  <Service",
            "  <Listener className=\"org.apache.catalina.core.NewListener\" />\n  <Service",
        );
    let (text, conflicts) = xml(Some(OLD), &release, &site).unwrap();
    assert!(conflicts.is_empty(), "{conflicts:?}");
    let expected = OLD
        .replace(
            "<Connector port=\"8080\" protocol",
            "<Connector port=\"80\" protocol",
        )
        .replace("connectionTimeout=\"20000\"", "connectionTimeout=\"20000\"\n               maxParameterCount=\"1000\"")
        .replace("URIEncoding=\"UTF-8\" />\n    <Engine", "URIEncoding=\"UTF-8\" address=\"127.0.0.1\" />\n    <!-- for the balancer -->\n    <Connector port=\"8009\" protocol=\"AJP/1.3\" secret=\"geheim\"\n               address=\"::1\" />\n    <Engine")
        .replace(
            "  <Service",
            "  <Listener className=\"org.apache.catalina.core.NewListener\" />\n  <Service",
        )
        .replace(" autoDeploy=\"true\"", " autoDeploy=\"false\"")
        .replace(
            "        <Valve",
            "        <Alias>www.example.com</Alias>\n        <Valve className=\"org.apache.catalina.valves.RemoteIpValve\" />\n        <Valve",
        );
    assert_eq!(text, expected);
}

/// The 7.2 and the 7.4 bundle's, by what is known of them (layout-and-artifacts 1.3, real-homes).
const ROOT_72: &str = "<Context crossContext=\"true\">\n\n\t<!-- JAAS -->\n\n\t<!--<Realm className=\"x\" />-->\n\n\t<JarScanner className=\"com.liferay.support.tomcat.util.scan.NOPJarScanner\" />\n\n\t<Resources>\n\t\t<PreResources\n\t\t\tbase=\"${catalina.base}/lib/ext/portal\"\n\t\t\tclassName=\"com.liferay.support.tomcat.webresources.ExtResourceSet\"\n\t\t\twebAppMount=\"/WEB-INF/lib\"\n\t\t/>\n\t</Resources>\n</Context>";
const ROOT_74: &str = "<Context crossContext=\"true\">\n\n\t<!-- JAAS -->\n\n\t<JarScanner className=\"com.liferay.support.tomcat.util.scan.NOPJarScanner\" />\n</Context>";

#[test]
fn the_mounted_folder_of_72_goes_and_the_sites_pool_stays() {
    let pool = "\r\n\t<Resource name=\"jdbc/LiferayPool\" password='geheim'/><!-- ours -->";
    let site = ROOT_72
        .replace("\n", "\r\n")
        .replace("\r\n\t<Resources>", &format!("{pool}\r\n\t<Resources>"));
    let (text, conflicts) = xml(Some(ROOT_72), &site, ROOT_74).unwrap();
    assert!(conflicts.is_empty());
    let start = site.find("\t<Resources>").unwrap();
    let end = site.find("</Resources>\r\n").unwrap() + "</Resources>\r\n".len();
    let expected = format!("{}{}", &site[..start], &site[end..]);
    assert_eq!(text, expected);
    let changed = site.replace("lib/ext/portal", "lib/mine");
    let (text, conflicts) = xml(Some(ROOT_72), &changed, ROOT_74).unwrap();
    assert_eq!(text, changed);
    assert_eq!(conflicts, ["Context/Resources"]);
}

#[test]
fn parameters_of_the_jsp_servlet_are_found_by_name() {
    let parameter = |name: &str, value: &str| {
        format!(
            "        <init-param>\n            <param-name>{name}</param-name>\n            <param-value>{value}</param-value>\n        </init-param>\n"
        )
    };
    let file = |parameters: &str| {
        format!(
            "<web-app xmlns=\"http://xmlns.jcp.org/xml/ns/javaee\"\n  xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:schemaLocation=\"a b\" version=\"4.0\">\n    <servlet>\n        <servlet-name>jsp</servlet-name>\n{parameters}        <load-on-startup>3</load-on-startup>\n    </servlet>\n</web-app>\n"
        )
    };
    let (fork, vm, pool) = (
        parameter("fork", "false"),
        parameter("compilerSourceVM", "1.8"),
        parameter("tagpoolClassName", "com.liferay.Pool"),
    );
    let old = file(&format!("{fork}{vm}{pool}"));
    let site = file(&format!("{}{vm}{pool}", parameter("fork", "true")));
    let new = file(&fork);
    assert_eq!(
        xml(Some(&old), &site, &new).unwrap(),
        (file(&parameter("fork", "true")), vec![])
    );
    assert_eq!(xml(Some(&new), &new, &old).unwrap(), (old, vec![]));
}

#[test]
fn new_elements_find_a_place_everywhere() {
    for (base, other, expected) in [
        ("<a/>", "<a><b/></a>", "<a>\n  <b/>\n</a>"),
        (
            "<a x='1' />",
            "<a x='1'><b/></a>",
            "<a x='1'>\n  <b/>\n</a>",
        ),
        ("<a></a>", "<a><b/></a>", "<a>\n  <b/>\n</a>"),
        ("<a>\n</a>", "<a><b/></a>", "<a>\n  <b/>\n</a>"),
        ("<a><c/></a>", "<a><c/><b/></a>", "<a><c/><b/></a>"),
        ("<a><c/></a>", "<a><b/><c/></a>", "<a><b/><c/></a>"),
        (
            "<a>\n\t<c/> <!-- about c -->\n</a>",
            "<a><c/><b/></a>",
            "<a>\n\t<c/> <!-- about c -->\n\t<b/>\n</a>",
        ),
        (
            "<a> <!-- about a -->\r\n  <!-- about c -->\r\n  <c/>\r\n</a>",
            "<a><b\n/><c/></a>",
            "<a> <!-- about a -->\r\n  <b\r\n/>\r\n  <!-- about c -->\r\n  <c/>\r\n</a>",
        ),
        (
            "<a>\n  <c/></a>",
            "<a><c/><b/><d/></a>",
            "<a>\n  <c/>\n  <b/>\n  <d/></a>",
        ),
    ] {
        assert_eq!(
            xml(Some(base), base, other).unwrap(),
            (expected.to_owned(), vec![]),
            "{base}"
        );
    }
}

#[test]
fn attributes_come_change_and_go() {
    for (base, other, expected) in [
        ("<a/>", "<a b='1'/>", "<a b='1'/>"),
        ("<a c=\"1\"/>", "<a c=\"1\" b='\"'/>", "<a c=\"1\" b='\"'/>"),
        ("<a c=\"1\"/>", "<a c='\"'/>", "<a c='\"'/>"),
        ("<a c='1'/>", "<a c=\"2\"/>", "<a c='2'/>"),
        ("<a c='1'\n   d='2' />", "<a d='2'/>", "<a\n   d='2' />"),
        ("<a c='1'\n   d='2' />", "<a c='1'/>", "<a c='1' />"),
        ("<a c='1' d='2'/>", "<a e='3'/>", "<a e='3'/>"),
    ] {
        let (text, conflicts) = xml(Some(base), base, other).unwrap();
        assert_eq!(text, expected, "{base}");
        assert!(conflicts.is_empty());
    }
}

#[test]
fn what_both_changed_is_a_conflict() {
    for (old, base, other, place) in [
        ("<a b='1'/>", "<a b='2'/>", "<a b='3'/>", "a@b"),
        ("<a/>", "<a b='2'/>", "<a b='3'/>", "a@b"),
        ("<a b='1'/>", "<a/>", "<a b='3'/>", "a@b"),
        ("<a><b c='1'/></a>", "<a/>", "<a><b c='2'/></a>", "a/b"),
        ("<a><b c='1'/></a>", "<a><b c='2'/></a>", "<a/>", "a/b"),
        ("<a>1</a>", "<a>2</a>", "<a>3</a>", "a"),
    ] {
        let (text, conflicts) = xml(Some(old), base, other).unwrap();
        assert_eq!(text, base);
        assert_eq!(conflicts, [place], "{base}");
    }
}

#[test]
fn a_text_beside_a_comment_is_a_text() {
    let old = "<a><t>30</t></a>";
    for (base, other, merged) in [
        (old, "<a><t><!-- was 30 -->240</t></a>", "<a><t>240</t></a>"),
        (
            "<a><t><!-- was 60 -->30</t></a>",
            "<a><t>45</t></a>",
            "<a><t><!-- was 60 -->45</t></a>",
        ),
        (
            "<a><t>30</t></a>",
            "<a><t> <!-- minutes --> 30</t></a>",
            "<a><t>30</t></a>",
        ),
    ] {
        let (text, conflicts) = xml(Some(old), base, other).unwrap();
        assert_eq!(text, merged);
        assert!(conflicts.is_empty(), "{base}");
    }
}

#[test]
fn a_text_in_pieces_is_not_changed_unseen() {
    for (old, base, other) in [
        ("<a>30</a>", "<a>30</a>", "<a>2<!-- c -->40</a>"),
        ("<a>30</a>", "<a>3<!-- c -->0</a>", "<a>240</a>"),
        ("<a>30</a>", "<a>3<!-- c -->0</a>", "<a/>"),
        ("<a>x<b/>y</a>", "<a>x<b/>y</a>", "<a>x<b/>z</a>"),
    ] {
        let (text, conflicts) = xml(Some(old), base, other).unwrap();
        assert_eq!(text, base);
        assert_eq!(conflicts, ["a"], "{base}");
    }
}

#[test]
fn without_an_old_file_only_what_is_missing_comes() {
    let (text, conflicts) = xml(
        None,
        "<Context a='1'><Resource name='mine'/></Context>",
        "<Context a='2'><JarScanner className='x'/></Context>",
    )
    .unwrap();
    assert_eq!(
        text,
        "<Context a='1'><JarScanner className='x'/><Resource name='mine'/></Context>"
    );
    assert_eq!(conflicts, ["Context@a"]);
}

#[test]
fn what_cannot_be_kept_whole_is_refused() {
    for base in [
        "<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>",
        "<a><![CDATA[x]]></a>",
        "<n:a xmlns:n='urn:n'/>",
        "<b/>",
        "<a>",
        "<?xml version='1.0' encoding='ISO-8859-1'?><a b='\u{e4}'/>",
    ] {
        assert!(xml(Some("<a/>"), base, "<a c='1'/>").is_err(), "{base}");
        assert!(xml(Some("<a/>"), "<a/>", base).is_err(), "{base}");
    }
    let bytes = raylift_formats::merge::Sides {
        old: None,
        base: b"<a b='\xe4'/>",
        other: b"<a/>",
    };
    assert!(
        raylift_formats::merge::xml(bytes, &|_| raylift_formats::merge::Ruling::Usual).is_err()
    );
    let deep = "<a>".repeat(100_000) + &"</a>".repeat(100_000);
    assert!(xml(None, &deep, "<a/>").is_err());
    let latin = "<?xml version='1.0' encoding='ISO-8859-1'?><a b='1'/>";
    assert!(xml(Some("<a/>"), latin, "<a c='1'/>").is_ok(), "all ASCII");
    assert!(xml(Some("<a/>"), latin, "<a c='\u{e4}'/>").is_err());
    assert!(
        xml(Some("<a/>"), "\u{feff}<a/>", "<a c='1'/>")
            .unwrap()
            .0
            .starts_with("\u{feff}<a c")
    );
}
