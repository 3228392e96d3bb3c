// What the addon's entry point needs to know of the watch over the host's network.
#pragma once

#include <napi.h>

/** Adds the class `NetworkWatch` to the addon's exports; firmware/net/network-watch.ts is its only user. */
void registerNetworkWatch(Napi::Env env, Napi::Object exports);
