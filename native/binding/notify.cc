// sd_notify(3) without its library: one datagram to a Unix socket, which Node itself cannot send.
#include "notify.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string>

namespace {

/** `to`: a path, or a name of the abstract namespace with @ for its leading zero byte. Returns 0 or errno; never waits. */
int sendText(const std::string& to, const std::string& text) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (to.empty() || (to[0] != '/' && to[0] != '@')) return EINVAL;
  if (to.size() >= sizeof address.sun_path) return ENAMETOOLONG;
  std::memcpy(address.sun_path, to.data(), to.size());
  if (to[0] == '@') address.sun_path[0] = '\0';
  const socklen_t length = socklen_t(offsetof(sockaddr_un, sun_path) + to.size());
  const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return errno;
  const ssize_t sent = sendto(fd, text.data(), text.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address), length);
  const int error = sent < 0 ? errno : 0;
  close(fd);
  return error;
}

/** (socket, text); throws an Error with the system's words when it could not be sent. */
void notify(const Napi::CallbackInfo& info) {
  const int error = sendText(info[0].As<Napi::String>().Utf8Value(), info[1].As<Napi::String>().Utf8Value());
  if (error != 0) throw Napi::Error::New(info.Env(), std::string("notify: ") + std::strerror(error));
}

}  // namespace

void registerNotify(Napi::Env env, Napi::Object exports) { exports.Set("notify", Napi::Function::New<notify>(env, "notify")); }
