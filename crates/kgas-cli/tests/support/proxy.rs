//! A proxy that gives tunnels, or gives none: all lead to one server, whatever host is asked for.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// It listens as long as the process lives.
pub(crate) struct Proxy {
    pub(crate) port: u16,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    /// A proxy whose tunnels end at the server of this URL.
    pub(crate) fn to(url: &str) -> Self {
        let server = url.trim_start_matches("http://").trim_end_matches("/v1").to_owned();
        Self::start(move |client| tunnel(client, &server))
    }

    /// A proxy that answers every request for a tunnel with these bytes and hangs up.
    pub(crate) fn refusing(answer: &'static str) -> Self {
        Self::start(move |mut client| client.write_all(answer.as_bytes()).unwrap())
    }

    /// What it was asked, in order.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }

    fn start(serve: impl Fn(TcpStream) + Clone + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let heads = Arc::<Mutex<Vec<String>>>::default();
        let noted = Arc::clone(&heads);
        thread::spawn(move || {
            for client in listener.incoming() {
                let (mut client, noted, serve) = (client.unwrap(), Arc::clone(&noted), serve.clone());
                thread::spawn(move || {
                    let Some(head) = head(&mut client) else { return };
                    noted.lock().unwrap().push(head);
                    serve(client);
                });
            }
        });
        Self { port, heads }
    }
}

/// What comes up to the empty line, byte by byte: what follows belongs to the server.
fn head(client: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        client.read_exact(&mut byte).ok()?;
        head.extend(byte);
    }
    Some(String::from_utf8(head).unwrap())
}

fn tunnel(mut client: TcpStream, server: &str) {
    let server = TcpStream::connect(server).unwrap();
    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
    let (back, forth) = ((server.try_clone().unwrap(), client.try_clone().unwrap()), (client, server));
    let there = thread::spawn(move || pour(forth.0, forth.1));
    pour(back.0, back.1);
    there.join().unwrap();
}

fn pour(mut from: TcpStream, mut to: TcpStream) {
    // Either side may hang up at any time.
    let _ = std::io::copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Write);
}
