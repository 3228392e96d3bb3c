// CONTRACT between the RTP side and the engine: one RTP session as the engine sees it.
// The engine owns the threads; a Stream owns one RTP/RTCP socket pair, a codec each way and a jitter buffer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "../base/contract.h"

namespace offhook {

/** A bound RTP/RTCP socket pair; closes both when destroyed. Never read or written but with MSG_DONTWAIT. */
struct SocketPair {
  int rtp = -1, rtcp = -1;
  int sendRtp = -1, sendRtcp = -1;  // What is sent leaves by these; −1: by the two above.
  std::string address;
  std::string unmarked;  // What the system refused of the mark of its packets, or "".
  uint16_t rtpPort = 0, rtcpPort = 0;
  bool brought = false;  // Not of the stock.
  SocketPair() = default;
  SocketPair(SocketPair&& other) noexcept;
  SocketPair& operator=(SocketPair&& other) noexcept;
  ~SocketPair();
  /** Asymmetric RTP: what is sent leaves by the sockets of `other`, which takes what it had so far. */
  void sendFrom(SocketPair&& other);
  int rtpOut() const { return sendRtp < 0 ? rtp : sendRtp; }
  int rtcpOut() const { return sendRtcp < 0 ? rtcp : sendRtcp; }
};

/** Binds an even RTP port and the next one for RTCP in [min, max], trying from a random place; false with `why` when none is free. */
bool bindPair(const std::string& address, uint16_t min, uint16_t max, uint8_t dscp, SocketPair& out, std::string& why);

/** A pair of sockets of the application's, or of very addresses it names; without `rtcp` the port after that of `rtp` is bound. False with `why`. */
bool bringPair(const command::BringPair& order, SocketPair& out, std::string& why);

/** Takes events out of a real-time thread: must not block, allocate on the caller's behalf, or call back into the stream. */
using EmitEvent = std::function<void(Event&&)>;

class Stream {
 public:
  /** nullptr with `why` when the configuration names a codec this build does not have or an address that does not parse. */
  static std::unique_ptr<Stream> create(PortId port, SocketPair pair, const StreamConfig& config, EmitEvent emit, std::string& why);
  virtual ~Stream() = default;

  /** A configuration with all it needs, made beforehand; after apply() it holds what was in use until then. */
  struct Setting {
    virtual ~Setting() = default;
    /** What rate() will be, Hz. */
    uint32_t rate = 0;
  };
  /** New remote, direction, codecs. nullptr with `why` as for create(). Not for the tick thread; any other. */
  virtual std::unique_ptr<Setting> prepare(const StreamConfig& config, std::string& why) = 0;

  // ---- tick thread (one thread; never concurrent with each other) -------------------------------------------------
  /** Puts in force what prepare() made. Keeps sequence numbers and statistics, and the SSRC unless the RTP clock changes. */
  virtual void apply(Setting& setting) = 0;
  /** Audio rate of give() and take(), Hz: the highest of the codecs configured. Both directions run at this rate. */
  virtual uint32_t rate() const = 0;
  /** Fills exactly `samples` (10 ms) heard from the peer, due at `dueNs` (see Port::give): jitter buffer, decoder, concealment. Silence when nothing flows. */
  virtual void give(int16_t* out, size_t samples, int64_t dueNs) = 0;
  /** Takes `samples` (10 ms) to be sent; encodes and sends a packet on this thread when a whole one is there. */
  virtual void take(const int16_t* in, size_t samples, int64_t nowNs) = 0;
  /** RTCP when due, silence supervision, queued DTMF. Called once per tick, after take(). */
  virtual void tick(int64_t nowNs) = 0;
  virtual void sendDtmf(const std::string& digits, uint32_t durationMs, uint32_t gapMs) = 0;
  virtual StreamStats stats() const = 0;

  // ---- network thread ---------------------------------------------------------------------------------------------
  virtual int rtpFd() const = 0;
  virtual int rtcpFd() const = 0;
  /** Others that packets leave by. Who answers to where packets come from sends there, so they are read too. −1: the same. */
  virtual int sendRtpFd() const { return -1; }
  virtual int sendRtcpFd() const { return -1; }
  /** Reads all that is waiting (recvmmsg), validates, hands packets to the tick thread over a lock-free queue. */
  virtual void onRtpReadable(int64_t nowNs) = 0;
  virtual void onRtcpReadable(int64_t nowNs) = 0;
};

}  // namespace offhook
