// What the addon's entry point needs to know of the UDP binding.
#pragma once

#include <napi.h>

/** Adds the class `UdpSocket` to the addon's exports; firmware/net/udp.ts is its only user. */
void registerUdp(Napi::Env env, Napi::Object exports);
