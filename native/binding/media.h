// Registers the media engine's functions on the addon's exports.
#pragma once

#include <napi.h>

void registerMedia(Napi::Env env, Napi::Object exports);
