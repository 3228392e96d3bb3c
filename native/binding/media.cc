// createMediaEngine(onEvents, options?) → { command, inspect, ref, unref, close }. Nothing here is global: any number of
// engines in any number of Node environments.
#include "media.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <system_error>
#include <vector>

#include "engine/engine.h"
#include "marshal.h"
#include "media_marshal.h"

namespace {

using offhook::Engine;
using offhook::EngineStats;
using offhook::Event;

constexpr size_t kMostWaiting = 8192;  // events JavaScript has not taken yet

/** Events on their way from the control thread to JavaScript: one wake-up takes all that wait. */
struct Outbox {
  std::mutex mutex;
  std::vector<Event> waiting;    // guarded by mutex
  bool scheduled = false;        // guarded by mutex: a call is on its way
  std::atomic<uint64_t> lost{0};
};

class Session : public std::enable_shared_from_this<Session> {
 public:
  explicit Session(Napi::Env env) : env_(env) {}

  void start(Napi::Function onEvents, offhook::EngineOptions options) {
    call_ = Call::New(env_, onEvents, "offhook media events", 0, 1, outbox_.get());
    call_.Unref(env_);
    try {
      engine_ = std::make_unique<Engine>([this](Event&& event) { put(std::move(event)); }, std::move(options));
    } catch (...) {
      call_.Release();
      throw;
    }
    napi_add_env_cleanup_hook(env_, environmentEnds, this);
    // Lives until closed, even when JavaScript forgets the object and only listens.
    self_ = shared_from_this();
  }

  bool open() const { return engine_ != nullptr; }
  void command(offhook::Command&& command) { engine_->submit(std::move(command)); }
  EngineStats stats() const {
    EngineStats stats = engine_->stats();
    stats.droppedEvents += outbox_->lost;
    return stats;
  }
  void ref(bool wanted) {
    if (wanted) call_.Ref(env_);
    else call_.Unref(env_);
  }

  /** Stops the engine off the event loop; the promise is fulfilled when every thread has ended and every file is complete. */
  Napi::Promise close() {
    class Closing : public Napi::AsyncWorker {
     public:
      Closing(Napi::Env env, std::shared_ptr<Session> session, std::unique_ptr<Engine> engine)
          : AsyncWorker(env), done(Napi::Promise::Deferred::New(env)), session_(std::move(session)), engine_(std::move(engine)) {}
      void Execute() override { engine_.reset(); }
      void OnOK() override {
        session_->release();
        done.Resolve(Env().Undefined());
      }
      const Napi::Promise::Deferred done;

     private:
      const std::shared_ptr<Session> session_;
      std::unique_ptr<Engine> engine_;
    };
    auto* closing = new Closing(env_, shared_from_this(), std::move(engine_));
    closing->Queue();
    return closing->done.Promise();
  }

 private:
  static void deliver(Napi::Env env, Napi::Function call, Outbox* outbox, void*) {
    std::vector<Event> events;
    {
      const std::lock_guard<std::mutex> hold(outbox->mutex);
      events.swap(outbox->waiting);
      outbox->scheduled = false;
    }
    if (env == nullptr || events.empty()) return;
    const Napi::Array array = Napi::Array::New(env, events.size());
    for (size_t i = 0; i < events.size(); i++) array.Set(static_cast<uint32_t>(i), offhook::eventTo(env, events[i]));
    call.Call({array});
  }
  using Call = Napi::TypedThreadSafeFunction<Outbox, void, deliver>;

  /** The engine's control thread. */
  void put(Event&& event) {
    {
      const std::lock_guard<std::mutex> hold(outbox_->mutex);
      if (outbox_->waiting.size() >= kMostWaiting) {
        outbox_->lost++;
        return;
      }
      outbox_->waiting.push_back(std::move(event));
      if (outbox_->scheduled) return;
      outbox_->scheduled = true;
    }
    call_.NonBlockingCall();
  }

  void release() {
    napi_remove_env_cleanup_hook(env_, environmentEnds, this);
    call_.Release();
    self_.reset();
  }

  /** The environment ends and nobody called close(): the threads must be gone before Node's own clean-up goes on. */
  static void environmentEnds(void* data) {
    auto* session = static_cast<Session*>(data);
    session->engine_.reset();
    session->call_.Release();
    session->self_.reset();
  }

  const Napi::Env env_;
  const std::unique_ptr<Outbox> outbox_ = std::make_unique<Outbox>();
  Call call_;
  std::shared_ptr<Session> self_;
  std::unique_ptr<Engine> engine_;
};

Napi::Value createMediaEngine(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (!info[0].IsFunction()) offhook::Field(info[0], "onEvents").refuse("a function");
  offhook::EngineOptions options;
  if (!info[1].IsUndefined()) {
    const offhook::Field priority = offhook::Field(info[1], "options").at("priority");
    if (!priority.absent()) options.priority = static_cast<int>(priority.whole(0, 99));
  }
  const auto session = std::make_shared<Session>(env);
  try {
    session->start(info[0].As<Napi::Function>(), std::move(options));
  } catch (const std::system_error& error) {
    throw Napi::Error::New(env, std::string("the media engine cannot start: ") + error.what());
  }
  const auto opened = [session](const Napi::CallbackInfo& call) {
    if (!session->open()) throw Napi::Error::New(call.Env(), "the media engine is closed");
  };

  const Napi::Object engine = Napi::Object::New(env);
  const auto method = [&](const char* name, auto body) { engine.Set(name, Napi::Function::New(env, body, name)); };
  method("command", [session, opened](const Napi::CallbackInfo& call) {
    opened(call);
    session->command(offhook::commandFrom(call[0]));
  });
  method("inspect", [session, opened](const Napi::CallbackInfo& call) -> Napi::Value {
    opened(call);
    return offhook::statsTo(call.Env(), session->stats());
  });
  method("ref", [session, opened](const Napi::CallbackInfo& call) {
    opened(call);
    session->ref(true);
  });
  method("unref", [session, opened](const Napi::CallbackInfo& call) {
    opened(call);
    session->ref(false);
  });
  method("close", [session, opened](const Napi::CallbackInfo& call) -> Napi::Value {
    opened(call);
    return session->close();
  });
  return engine;
}

}  // namespace

void registerMedia(Napi::Env env, Napi::Object exports) {
  exports.Set("createMediaEngine", Napi::Function::New(env, createMediaEngine, "createMediaEngine"));
}
