#include "ledger/head_anchor.h"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ledger/base/check.h"
#include "ledger/base/status.h"

namespace skontro::ledger {
namespace {

[[noreturn]] void StopTheProcess(const AnchorFile& file, Sequence sequence,
                                 const absl::Status& status) {
  std::fprintf(stderr,
               "the head anchor %s could not be written at sequence %llu: %s\n"
               "stopping; look after the disk, then start again: what was "
               "answered is in the journal\n",
               file.name().c_str(), static_cast<unsigned long long>(sequence),
               status.ToString().c_str());
  std::abort();
}

// `status` with the file that it is about.
absl::Status Named(const std::string& name, const absl::Status& status) {
  return {status.code(),
          absl::StrCat(name, ": ", std::string(status.message()))};
}

}  // namespace

absl::StatusOr<std::unique_ptr<HeadAnchor>> HeadAnchor::Open(
    std::unique_ptr<AnchorFile> file, const Options& options) {
  SKONTRO_ASSIGN_OR_RETURN(const std::string bytes,
                           file->Read(kAnchorFileLength));
  const absl::StatusOr<AnchorContents> contents = DecodeAnchor(bytes);
  if (!contents.ok()) return Named(file->name(), contents.status());
  return std::unique_ptr<HeadAnchor>(
      new HeadAnchor(std::move(file), *contents, options));
}

HeadAnchor::HeadAnchor(std::unique_ptr<AnchorFile> file,
                       const AnchorContents& opened, const Options& options)
    : file_(std::move(file)),
      opened_(opened),
      options_(options),
      next_slot_((opened.newest_slot + 1) % kAnchorSlots),
      newest_(opened.newest) {
  if (options_.mode == AnchorMode::kInterval) {
    writer_ = std::thread([this] { RunWriter(); });
  }
}

HeadAnchor::~HeadAnchor() {
  {
    const absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (writer_.joinable()) writer_.join();
}

void HeadAnchor::Reached(const AnchoredHead& head) {
  {
    const absl::MutexLock lock(&mutex_);
    SKONTRO_CHECK_AT(head.uid == newest_.uid, head.sequence);
    SKONTRO_CHECK_AT(head.sequence >= newest_.sequence, head.sequence);
    if (head.sequence == newest_.sequence) return;
    newest_ = head;
    waiting_ = options_.mode == AnchorMode::kInterval;
  }
  if (options_.mode == AnchorMode::kSync) Write(head);
}

void HeadAnchor::RunWriter() {
  const auto has_work = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return waiting_ || stopping_;
  };
  while (true) {
    AnchoredHead head;
    {
      const absl::MutexLock lock(&mutex_, absl::Condition(&has_work));
      if (!waiting_) return;
      waiting_ = false;
      head = newest_;
    }
    Write(head);
    // Whoever stops must not wait for the interval.
    const absl::MutexLock lock(&mutex_);
    mutex_.AwaitWithTimeout(absl::Condition(&stopping_), options_.interval);
  }
}

void HeadAnchor::Write(const AnchoredHead& head) {
  absl::Status status =
      file_->Write(next_slot_ * kAnchorSlotStride, EncodeAnchorSlot(head));
  if (status.ok()) status = file_->Sync();
  if (!status.ok()) StopTheProcess(*file_, head.sequence, status);
  next_slot_ = (next_slot_ + 1) % kAnchorSlots;
}

}  // namespace skontro::ledger
