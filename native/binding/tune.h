// What the addon's entry point needs to know of options of TCP sockets.
#pragma once

#include <napi.h>

/** Adds `tuneSocket` to the addon's exports; firmware/net/connections.ts is its only user. */
void registerTune(Napi::Env env, Napi::Object exports);
