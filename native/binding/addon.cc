// The addon's entry: everything JavaScript can call is registered here.
#include <napi.h>

#include "media.h"
#include "network_watch.h"
#include "notify.h"
#include "tune.h"
#include "udp.h"

namespace {

Napi::Object start(Napi::Env env, Napi::Object exports) {
  registerUdp(env, exports);
  registerMedia(env, exports);
  registerNetworkWatch(env, exports);
  registerNotify(env, exports);
  registerTune(env, exports);
  return exports;
}

}  // namespace

NODE_API_MODULE(offhook, start)
