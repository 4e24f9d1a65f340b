//! Tools outside this program: what they are told, what becomes of what they say, and of those that do as they like.

mod chat;
mod claims;
mod declared;
mod desk;
mod ends;
mod examples;
mod faults;
