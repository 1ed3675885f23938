//! Gives the shared library its name for the linker: a plain `cdylib` has none, and programs would be bound to a path.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // Set by `tests/c/run --long`, with the flags that instrument the library.
    println!("cargo::rustc-check-cfg=cfg(dollr_tsan)");
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libdollr.so.0");
    }
}
