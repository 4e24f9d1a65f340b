//! Which texts are base URLs, and what they mean.

use kgas_http::{BaseUrl, BaseUrlError};

#[test]
fn trailing_slashes_do_not_matter() {
    for text in ["https://h:8/v1", "https://h:8/v1/", "HTTPS://h:8/v1//", " https://h:8/v1\n"] {
        let url: BaseUrl = text.parse().unwrap();
        assert_eq!(url.to_string(), "https://h:8/v1", "{text:?}");
        assert_eq!((url.host(), url.port(), url.path()), ("h", Some(8), "/v1"));
        assert!(url.is_https());
    }
}

#[test]
fn what_cannot_be_one_is_told_with_the_reason() {
    type Is = fn(&BaseUrlError) -> bool;
    let cases: [(&str, Is); 14] = [
        ("", |e| matches!(e, BaseUrlError::NoScheme)),
        ("api.example.com/v1", |e| matches!(e, BaseUrlError::NoScheme)),
        ("localhost:8080", |e| matches!(e, BaseUrlError::NoScheme)),
        ("ftp://h", |e| matches!(e, BaseUrlError::OtherScheme)),
        ("https://", |e| matches!(e, BaseUrlError::NoHost)),
        ("https:///v1", |e| matches!(e, BaseUrlError::NoHost)),
        ("https://:80", |e| matches!(e, BaseUrlError::NoHost)),
        ("https://me:secret@h", |e| matches!(e, BaseUrlError::UserInfo)),
        ("https://h:/v1", |e| matches!(e, BaseUrlError::Port)),
        ("https://h:99999", |e| matches!(e, BaseUrlError::Port)),
        ("https://h/v1?key=1", |e| matches!(e, BaseUrlError::Query)),
        ("https://h/#top", |e| matches!(e, BaseUrlError::Query)),
        ("https://h h", |e| matches!(e, BaseUrlError::Syntax(_))),
        ("https://bücher.example", |e| matches!(e, BaseUrlError::Syntax(_))),
    ];
    for (text, is_expected) in cases {
        let error = text.parse::<BaseUrl>().unwrap_err();
        assert!(is_expected(&error), "{text:?}: {error:?}");
        assert!(!format!("{error} {error:?}").contains("secret"));
    }
}

#[test]
fn loopback_is_this_machine_and_nothing_that_looks_like_it() {
    let here = ["localhost", "LOCALHOST:1", "127.0.0.1", "127.8.9.1:80", "[::1]", "[::ffff:127.0.0.1]:1"];
    let elsewhere = ["localhost.example.com", "0.0.0.0", "10.0.0.1", "[::2]", "mylocalhost", "127.0.0.1.example.com"];
    for (hosts, expected) in [(here, true), (elsewhere, false)] {
        for host in hosts {
            let url: BaseUrl = format!("http://{host}").parse().unwrap();
            assert_eq!(url.is_loopback(), expected, "{host}");
        }
    }
}
