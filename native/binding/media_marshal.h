// The media contract (firmware/media/contract.ts) to and from its C++ form.
#pragma once

#include <napi.h>

#include "base/contract.h"
#include "engine/engine.h"

namespace offhook {

/** Throws a TypeError naming the path when the object is not a MediaCommand. */
Command commandFrom(Napi::Value value);
Napi::Object eventTo(Napi::Env env, const Event& event);
Napi::Object statsTo(Napi::Env env, const EngineStats& stats);

}  // namespace offhook
