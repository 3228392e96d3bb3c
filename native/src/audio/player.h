// Plays a WAV file into the bridge: read ahead by the file worker, two seconds in store.
#pragma once

#include <memory>
#include <string>

#include "audio/file_worker.h"
#include "audio/port.h"

namespace offhook {

struct PlayOrder {
  std::string file;
  uint32_t loops = 1;    // 0: for ever
  uint32_t pauseMs = 0;  // between loops
  uint32_t rate = 0;     // Hz to play at; 0: the file's own, or the next of 8, 16, 32, 48 kHz
};

class PlayerJob;

class Player : public FilePort {
 public:
  /**
   * Reports port-opened with the rate played at, port-failed with the fault, port-lost when the file shrinks while it
   * plays, port-ended after the last sample was given.
   */
  Player(const PlayOrder& order, Report report, FileWorker& worker);
  ~Player() override;
  bool gives() const override { return true; }
  void give(int16_t* out, size_t samples, int64_t dueNs) override;
  void setPaused(bool paused) override { paused_ = paused; }
  void describe(PortStatus& status) const override;
  /** Goes on there as soon as it is read; silence until then. */
  void seek(uint32_t atMs);

 private:
  Report report_;
  FileWorker& worker_;
  const uint32_t pauseMs_;
  std::shared_ptr<PlayerJob> job_;
  bool ended_ = false, paused_ = false;
  uint32_t seeks_ = 0;
  uint64_t given_ = 0;  // samples, since the beginning or as if it had begun there

};

}  // namespace offhook
