// UdpSocket on Node's own event loop: a uv_poll handle reads, a uv_prepare handle sends what the turn has queued.
//
// Text crosses with one char per byte, made straight from the receive buffer and written straight into the send buffer.
// A batch is one call; per datagram the arguments are its data, where from and where to. An endpoint is the number of its
// place in a table the callee keeps; or -2 - place, address, port when it is new there; or -1, the bound address.
#include "udp.h"

#include <unistd.h>
#include <uv.h>

#include <random>

#include "../src/net/peer_cache.h"
#include "../src/net/source_limiter.h"
#include "../src/net/udp_socket.h"

using namespace offhook;

namespace {

constexpr int kRoundsPerTurn = 4;  // What the limiter refuses does not use up the turn, up to this many system calls.
constexpr size_t kMaxPayload = 65507;
constexpr int kErrorsPerTurn = 16;
constexpr size_t kMaxArguments = 7;  // Of a datagram: data and twice an endpoint new to the callee.

class UdpHandle {
 public:
  UdpHandle(napi_env env, napi_async_context context, std::unique_ptr<UdpSocket> socket, SourceLimiter limiter)
      : env_(env), context_(context), socket_(std::move(socket)), limiter_(std::move(limiter)) {}

  /** Begins to read; 0 or a libuv error. Once begun, the handle deletes itself after close(). */
  int start(uv_loop_t* loop) {
    poll_.data = prepare_.data = this;
    const int error = uv_poll_init(loop, &poll_, socket_->fd());
    if (error != 0) return error;
    uv_prepare_init(loop, &prepare_);  // Cannot fail.
    const auto atExit = [](napi_async_cleanup_hook_handle, void* handle) { static_cast<UdpHandle*>(handle)->close(); };
    napi_add_async_cleanup_hook(env_, atExit, this, &cleanup_);
    watch();
    return 0;
  }

  void close() {
    if (closing_) return;
    flush();
    closing_ = true;
    const auto closed = [](uv_handle_t* handle) {
      UdpHandle* const self = static_cast<UdpHandle*>(handle->data);
      if (++self->closed_ == 2) self->finish();
    };
    uv_close(reinterpret_cast<uv_handle_t*>(&poll_), closed);
    uv_close(reinterpret_cast<uv_handle_t*>(&prepare_), closed);
  }

  void send(napi_value address, napi_value port, napi_value data) {
    char text[64];
    size_t textLength = 0, size = 0;
    uint32_t portNumber = 0;
    napi_get_value_string_latin1(env_, address, text, sizeof text, &textLength);
    napi_get_value_uint32(env_, port, &portNumber);
    napi_get_value_string_latin1(env_, data, nullptr, 0, &size);
    if (closing_) return;
    const Endpoint* const to = portNumber < 65536 ? peers_.parse(text, textLength, uint16_t(portNumber)) : nullptr;
    if (!to || to->isV6() != socket_->local().isV6()) return refuse(address, portNumber, EAFNOSUPPORT);
    if (size > kMaxPayload) return refuse(address, portNumber, EMSGSIZE);
    // The binding writes a terminating zero, so there is one byte more than is sent.
    char* const room = socket_->room(size + 1);
    if (!room) return;
    napi_get_value_string_latin1(env_, data, room, size + 1, &size);
    socket_->queue(*to, size);
    arm();
  }

  void flush() {
    if (closing_ || !socket_->hasQueued()) return;
    const bool blocked = !socket_->flush();
    if (blocked != blocked_) {
      blocked_ = blocked;
      watch();
    }
  }

  const UdpSocket& socket() const { return *socket_; }
  uint64_t limited() const { return limited_; }

  Napi::FunctionReference onBatch, onUnreachable, onError;
  /** Keeps the JavaScript object, and with it these callbacks, while the socket is open. */
  Napi::ObjectReference self;
  UdpHandle** owner = nullptr;

 private:
  struct Refused {
    std::string address;
    uint32_t port;
    int error;
  };

  void watch() {
    uv_poll_start(&poll_, UV_READABLE | (blocked_ ? UV_WRITABLE : 0), [](uv_poll_t* poll, int status, int) {
      static_cast<UdpHandle*>(poll->data)->onEvent(status);
    });
  }

  void arm() {
    if (armed_) return;
    armed_ = true;
    uv_prepare_start(&prepare_, [](uv_prepare_t* prepare) { static_cast<UdpHandle*>(prepare->data)->onTurnEnd(); });
  }

  void refuse(napi_value address, uint32_t port, int error) {
    if (refused_.size() >= UdpSocket::kMaxQueued) return;
    refused_.push_back({Napi::Value(env_, address).ToString(), port, error});
    arm();
  }

  void onEvent(int status) {
    Napi::HandleScope scope(env_);
    // libuv stops polling a socket with a pending error; nothing says whether it was ICMP or the end of the socket.
    if (status < 0) watch();
    if (blocked_) flush();
    int error = read();
    if (!closing_ && reportErrors() == 0 && status < 0 && error == 0 && ++strangeErrors_ > 100) error = EBADF;
    if (closing_ || error == 0) return;
    uv_poll_stop(&poll_);
    call(onError, {Napi::String::New(env_, errnoName(error))});
  }

  /** One turn of reading; what the socket itself suffers, else 0. */
  int read() {
    napi_value arguments[UdpSocket::kBatch * kMaxArguments];
    size_t count = 0, room = UdpSocket::kBatch;
    const int64_t now = int64_t(uv_now(poll_.loop)) * 1000000;
    int error = 0;
    for (int round = 0; round < kRoundsPerTurn && room > 0; round++) {
      const Datagram* each = nullptr;
      const size_t asked = room;
      const size_t got = socket_->receive(asked, each, error);
      for (const Datagram* const end = each + got; each != end; ++each) {
        if (!limiter_.admit(each->from, now)) {
          ++limited_;
          continue;
        }
        napi_create_string_latin1(env_, each->data, each->size, &arguments[count++]);
        addEndpoint(each->from, arguments, count);
        addEndpoint(each->local, arguments, count);
        --room;
      }
      if (got < asked) break;
    }
    if (count > 0) {
      strangeErrors_ = 0;
      call(onBatch, count, arguments);
      flush();
    }
    return error;
  }

  void addEndpoint(const Endpoint& endpoint, napi_value* arguments, size_t& count) {
    bool isNew = false;
    const int32_t place = endpoint.isSet() ? int32_t(peers_.slotOf(endpoint, isNew)) : -1;
    napi_create_int32(env_, isNew ? -2 - place : place, &arguments[count++]);
    if (!isNew) return;
    arguments[count++] = Napi::String::New(env_, endpoint.address());
    arguments[count++] = Napi::Number::New(env_, endpoint.port());
  }

  int reportErrors() {
    int count = 0;
    Unreachable each;
    while (!closing_ && count < kErrorsPerTurn && socket_->nextError(each)) {
      ++count;
      report(each.to.address(), each.to.port(), each.error);
    }
    if (count > 0) strangeErrors_ = 0;
    return count;
  }

  /** The loop is about to wait: nothing sent in this turn may stay behind. */
  void onTurnEnd() {
    Napi::HandleScope scope(env_);
    armed_ = false;
    uv_prepare_stop(&prepare_);
    flush();
    Unreachable failure;
    while (!closing_ && socket_->nextFailure(failure)) report(failure.to.address(), failure.to.port(), failure.error);
    const std::vector<Refused> refused = std::move(refused_);
    refused_.clear();
    for (const Refused& each : refused) {
      if (!closing_) report(each.address, each.port, each.error);
    }
    // What a callback has sent meanwhile.
    flush();
  }

  void report(const std::string& address, uint32_t port, int error) {
    call(onUnreachable, {Napi::String::New(env_, address), Napi::Number::New(env_, port), Napi::String::New(env_, errnoName(error))});
  }

  void call(const Napi::FunctionReference& callback, std::initializer_list<napi_value> arguments) {
    call(callback, arguments.size(), arguments.begin());
  }
  void call(const Napi::FunctionReference& callback, size_t count, const napi_value* arguments) {
    napi_value result;
    if (napi_make_callback(env_, context_, self.Value(), callback.Value(), count, arguments, &result) != napi_pending_exception) return;
    napi_value thrown;
    if (napi_get_and_clear_last_exception(env_, &thrown) == napi_ok) napi_fatal_exception(env_, thrown);
  }

  void finish() {
    Napi::HandleScope scope(env_);
    if (owner) *owner = nullptr;
    napi_async_destroy(env_, context_);
    napi_remove_async_cleanup_hook(cleanup_);
    delete this;
  }

  const napi_env env_;
  const napi_async_context context_;
  std::unique_ptr<UdpSocket> socket_;
  SourceLimiter limiter_;
  PeerCache peers_;
  uv_poll_t poll_;
  uv_prepare_t prepare_;
  std::vector<Refused> refused_;
  uint64_t limited_ = 0;
  napi_async_cleanup_hook_handle cleanup_ = nullptr;
  int strangeErrors_ = 0, closed_ = 0;
  bool armed_ = false, blocked_ = false, closing_ = false;
};

class UdpObject : public Napi::ObjectWrap<UdpObject> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "UdpSocket",
                       {InstanceMethod<&UdpObject::send>("send"), InstanceMethod<&UdpObject::flush>("flush"),
                        InstanceMethod<&UdpObject::close>("close"), InstanceMethod<&UdpObject::counters>("counters"),
                        InstanceAccessor<&UdpObject::port>("port"), InstanceAccessor<&UdpObject::unmarked>("unmarked")});
  }

  /** (address, port, dscp, perSecond, burst, onBatch, onUnreachable, onError); throws an Error with `code`. */
  explicit UdpObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<UdpObject>(info) {
    const Napi::Env env = info.Env();
    Endpoint local;
    int error = EINVAL;
    const uint32_t port = info[1].As<Napi::Number>().Uint32Value();
    if (port > 65535 || !parseEndpoint(info[0].As<Napi::String>().Utf8Value().c_str(), uint16_t(port), local)) fail(env, "bind", error);
    const uint32_t dscp = info[2].As<Napi::Number>().Uint32Value();
    std::unique_ptr<UdpSocket> socket = dscp < 64 ? UdpSocket::open(local, uint8_t(dscp), error) : nullptr;
    if (!socket) fail(env, "bind", error);
    port_ = socket->local().port();
    unmarked_ = socket->unmarked;

    std::random_device random;
    SourceLimiter limiter(info[3].As<Napi::Number>().DoubleValue(), info[4].As<Napi::Number>().DoubleValue(), uint64_t(random()) << 32 | random());
    napi_async_context context = nullptr;
    napi_async_init(env, info.This(), Napi::String::New(env, "UdpSocket"), &context);
    handle_ = new UdpHandle(env, context, std::move(socket), std::move(limiter));
    handle_->owner = &handle_;
    handle_->self = Napi::Persistent(info.This().As<Napi::Object>());
    handle_->onBatch = Napi::Persistent(info[5].As<Napi::Function>());
    handle_->onUnreachable = Napi::Persistent(info[6].As<Napi::Function>());
    handle_->onError = Napi::Persistent(info[7].As<Napi::Function>());
    uv_loop_t* loop = nullptr;
    napi_get_uv_event_loop(env, &loop);
    error = handle_->start(loop);
    if (error == 0) return;
    napi_async_destroy(env, context);
    delete handle_;
    handle_ = nullptr;
    fail(env, "watch", -error);
  }
  ~UdpObject() {
    if (handle_) handle_->owner = nullptr;
  }

 private:
  [[noreturn]] static void fail(Napi::Env env, const char* what, int error) {
    Napi::Error thrown = Napi::Error::New(env, std::string(what) + " " + errnoName(error));
    thrown.Set("code", Napi::String::New(env, errnoName(error)));
    throw thrown;
  }

  Napi::Value send(const Napi::CallbackInfo& info) {
    if (handle_) handle_->send(info[0], info[1], info[2]);
    return {};
  }
  Napi::Value flush(const Napi::CallbackInfo&) {
    if (handle_) handle_->flush();
    return {};
  }
  Napi::Value close(const Napi::CallbackInfo&) {
    if (handle_) handle_->close();
    return {};
  }
  Napi::Value port(const Napi::CallbackInfo& info) { return Napi::Number::New(info.Env(), port_); }
  Napi::Value unmarked(const Napi::CallbackInfo& info) { return Napi::String::New(info.Env(), unmarked_); }
  Napi::Value counters(const Napi::CallbackInfo& info) {
    Napi::Object out = Napi::Object::New(info.Env());
    if (!handle_) return out;
    const UdpSocket& socket = handle_->socket();
    const auto set = [&](const char* name, uint64_t value) { out.Set(name, Napi::Number::New(info.Env(), double(value))); };
    set("received", socket.received);
    set("sent", socket.sent);
    set("limited", handle_->limited());
    set("overflowed", socket.overflowed());
    set("sendDropped", socket.sendDropped);
    set("unreachable", socket.unreachable);
    return out;
  }

  UdpHandle* handle_ = nullptr;
  uint16_t port_ = 0;
  std::string unmarked_;
};

}  // namespace

void registerUdp(Napi::Env env, Napi::Object exports) { exports.Set("UdpSocket", UdpObject::define(env)); }
