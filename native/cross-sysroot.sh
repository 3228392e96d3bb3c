#!/bin/sh
# Fills a folder with the arm64 libraries the addons link against, from the Debian packages of the release this runs on.
# apt is given its own state, so the host's architectures, package lists and installed packages stay as they are;
# root is not needed.  usage: cross-sysroot.sh FOLDER
set -eu
sysroot=${1:?usage: cross-sysroot.sh FOLDER}
packages='libasound2 libasound2-dev libportaudio2 libopus-dev libgsm1-dev libspeex-dev'

rm -rf "$sysroot"
mkdir -p "$sysroot"
sysroot=$(cd "$sysroot" && pwd)
state="$sysroot/.apt"
mkdir -p "$state/lists/partial" "$state/cache/archives/partial"
: > "$state/status"

apt() {
  apt-get -qq -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o APT::Sandbox::User="$(id -un)" \
    -o Dir::State="$state" -o Dir::State::Lists="$state/lists" -o Dir::State::Status="$state/status" \
    -o Dir::Cache="$state/cache" -o Acquire::Languages=none "$@"
}

apt update
(cd "$state" && apt download $packages)
# As the image's list of packages wants it.
(cd "$state" && sha256sum -- *.deb) > "$sysroot/packages.sha256"
for package in "$state"/*.deb; do
  dpkg-deb -x "$package" "$sysroot"
done
rm -rf "$state"
touch "$sysroot/.complete"
