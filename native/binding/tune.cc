// Options of a TCP socket that Node opened and has no word for: marks of its packets, and how long a dead peer goes unnoticed.
#include "tune.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <string>

#include "../src/net/endpoint.h"

using namespace offhook;

namespace {

/** (fd, dscp, userTimeoutMs): "" or what the system refused, e.g. `IP_TOS EBADF`. Nothing is thrown. */
Napi::Value tuneSocket(const Napi::CallbackInfo& info) {
  const int fd = info[0].As<Napi::Number>().Int32Value();
  const uint32_t dscp = info[1].As<Napi::Number>().Uint32Value();
  const int timeout = info[2].As<Napi::Number>().Int32Value();
  Endpoint local;
  local.length = sizeof local.v6;
  std::string refused;
  if (getsockname(fd, &local.generic, &local.length) != 0) refused = "socket " + errnoName(errno);
  else if (dscp > 63) refused = "DSCP " + errnoName(EINVAL);
  else refused = markPackets(fd, local.isV6(), uint8_t(dscp), kSignallingPriority);
  if (refused.empty() && setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout, sizeof timeout) != 0) {
    refused = "TCP_USER_TIMEOUT " + errnoName(errno);
  }
  return Napi::String::New(info.Env(), refused);
}

}  // namespace

void registerTune(Napi::Env env, Napi::Object exports) { exports.Set("tuneSocket", Napi::Function::New<tuneSocket>(env, "tuneSocket")); }
