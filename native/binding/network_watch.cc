// NetworkWatch: says that links, addresses or routes of this host have changed, by rtnetlink(7) on Node's own event loop.
//
// What has changed is not read: the callee looks anew. So a message needs no room, and messages lost to a full buffer
// (ENOBUFS) are one more reason to look.
#include "network_watch.h"

#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include <cerrno>
#include <string>

#include "../src/net/endpoint.h"

using namespace offhook;

namespace {

constexpr uint32_t kGroups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE;
constexpr int kMessagesPerTurn = 256;

/** A socket of the groups above that never waits; -1 with `error`. */
int openNetlink(int& error) {
  const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
  sockaddr_nl groups{};
  groups.nl_family = AF_NETLINK;
  groups.nl_groups = kGroups;
  if (fd >= 0 && bind(fd, reinterpret_cast<const sockaddr*>(&groups), sizeof groups) == 0) return fd;
  error = errno;
  if (fd >= 0) close(fd);
  return -1;
}

class WatchHandle {
 public:
  WatchHandle(Napi::Env env, int fd, Napi::Object self, Napi::Function onChange, Napi::Function onError)
      : env_(env), context_(env, "NetworkWatch", self), fd_(fd), self_(Napi::Persistent(self)),
        onChange_(Napi::Persistent(onChange)), onError_(Napi::Persistent(onError)) {}
  ~WatchHandle() { ::close(fd_); }

  /** Begins to watch; 0 or a libuv error. Once begun, the handle deletes itself after close(). */
  int start(uv_loop_t* loop, WatchHandle** owner) {
    poll_.data = this;
    const int error = uv_poll_init(loop, &poll_, fd_);
    if (error != 0) return error;
    owner_ = owner;
    const auto atExit = [](napi_async_cleanup_hook_handle, void* handle) { static_cast<WatchHandle*>(handle)->close(); };
    napi_add_async_cleanup_hook(env_, atExit, this, &cleanup_);
    watch();
    return 0;
  }

  void close() {
    if (closing_) return;
    closing_ = true;
    uv_close(reinterpret_cast<uv_handle_t*>(&poll_), [](uv_handle_t* handle) { static_cast<WatchHandle*>(handle->data)->finish(); });
  }

  /** The JavaScript object is gone. */
  void disown() { owner_ = nullptr; }

 private:
  void watch() {
    uv_poll_start(&poll_, UV_READABLE, [](uv_poll_t* poll, int status, int) { static_cast<WatchHandle*>(poll->data)->onEvent(status); });
  }

  void onEvent(int status) {
    Napi::HandleScope scope(env_);
    bool changed = false;
    int error = 0;
    for (int count = 0; count < kMessagesPerTurn && error == 0; ++count) {
      char first = 0;
      if (recv(fd_, &first, sizeof first, 0) >= 0 || errno == ENOBUFS) changed = true;
      else if (errno != EINTR) error = errno;
    }
    // libuv stops polling a socket with a pending error, as a lost message is; else nothing was pending and it is broken.
    if (error == EAGAIN) error = status < 0 && !changed ? EBADF : 0;
    if (error != 0) {
      uv_poll_stop(&poll_);
      return call(onError_, {Napi::String::New(env_, errnoName(error))});
    }
    if (status < 0) watch();
    if (changed) call(onChange_, {});
  }

  void call(const Napi::FunctionReference& callback, std::initializer_list<napi_value> arguments) {
    try {
      callback.MakeCallback(self_.Value(), arguments, context_);
    } catch (const Napi::Error& thrown) {
      napi_fatal_exception(env_, thrown.Value());
    }
  }

  void finish() {
    Napi::HandleScope scope(env_);
    if (owner_) *owner_ = nullptr;
    napi_remove_async_cleanup_hook(cleanup_);
    delete this;
  }

  const Napi::Env env_;
  Napi::AsyncContext context_;
  const int fd_;
  /** Keeps the JavaScript object, and with it the callbacks, while the socket is open. */
  const Napi::ObjectReference self_;
  const Napi::FunctionReference onChange_, onError_;
  WatchHandle** owner_ = nullptr;
  uv_poll_t poll_;
  napi_async_cleanup_hook_handle cleanup_ = nullptr;
  bool closing_ = false;
};

class WatchObject : public Napi::ObjectWrap<WatchObject> {
 public:
  static Napi::Function define(Napi::Env env) { return DefineClass(env, "NetworkWatch", {InstanceMethod<&WatchObject::close>("close")}); }

  /** (onChange, onError); throws an Error with `code`. */
  explicit WatchObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<WatchObject>(info) {
    const Napi::Env env = info.Env();
    int error = 0;
    const int fd = openNetlink(error);
    if (fd < 0) fail(env, error);
    handle_ = new WatchHandle(env, fd, info.This().As<Napi::Object>(), info[0].As<Napi::Function>(), info[1].As<Napi::Function>());
    uv_loop_t* loop = nullptr;
    napi_get_uv_event_loop(env, &loop);
    error = handle_->start(loop, &handle_);
    if (error == 0) return;
    delete handle_;
    handle_ = nullptr;
    fail(env, -error);
  }
  ~WatchObject() {
    if (handle_) handle_->disown();
  }

 private:
  [[noreturn]] static void fail(Napi::Env env, int error) {
    Napi::Error thrown = Napi::Error::New(env, "netlink " + errnoName(error));
    thrown.Set("code", Napi::String::New(env, errnoName(error)));
    throw thrown;
  }

  Napi::Value close(const Napi::CallbackInfo&) {
    if (handle_) handle_->close();
    return {};
  }

  WatchHandle* handle_ = nullptr;
};

}  // namespace

void registerNetworkWatch(Napi::Env env, Napi::Object exports) { exports.Set("NetworkWatch", WatchObject::define(env)); }
