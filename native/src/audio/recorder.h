// Records a bridge port into a mono PCM16 WAV file, written by the file worker.
#pragma once

#include <memory>
#include <string>

#include "audio/file_worker.h"
#include "audio/port.h"

namespace offhook {

struct RecordOrder {
  std::string file;
  uint32_t rate = 8000;   // Hz
  uint64_t maxBytes = 0;  // of the whole file; 0: as much as a WAV file can hold
};

class RecorderJob;

class Recorder : public FilePort {
 public:
  /**
   * Reports port-opened, port-failed, port-lost when writing fails later (a full disk), port-ended at the size limit.
   * The header is brought up to date every second and at the end.
   */
  Recorder(const RecordOrder& order, Report report, FileWorker& worker);
  ~Recorder() override;
  bool takes() const override { return true; }
  void take(const int16_t* in, size_t samples, int64_t nowNs) override;
  void setPaused(bool paused) override { paused_ = paused; }
  void describe(PortStatus& status) const override;

 private:
  FileWorker& worker_;
  const uint32_t rate_;
  bool paused_ = false;
  uint64_t taken_ = 0;  // samples
  std::shared_ptr<RecorderJob> job_;
};

}  // namespace offhook
