//! Tells the worker where the R lies that it is linked against, so that it starts without R's own start script.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if let Some(home) = std::env::var("DEP_R_R_HOME").ok().filter(|home| !home.is_empty()) {
        println!("cargo:rustc-env=ALLELECAST_R_HOME={home}");
        println!("cargo:rustc-link-arg=-Wl,-rpath,{home}/lib");
    }
}
