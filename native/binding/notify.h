// What the addon's entry point needs to know of the supervisor's notification socket.
#pragma once

#include <napi.h>

/** Adds `notify` to the addon's exports; native/lib/notify.ts is its only user. */
void registerNotify(Napi::Env env, Napi::Object exports);
