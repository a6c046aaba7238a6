// Prints lists page by page as they come: no more than a page is in memory, and
// a reader sees the first rows at once.
//
// A long list tells on the terminal how far it is, where its rows go elsewhere.
// It ends early, and says so, at Ctrl-C and when whoever reads it went away.

#ifndef SKONTRO_CLI_LIST_STREAM_H_
#define SKONTRO_CLI_LIST_STREAM_H_

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "cli/failure.h"
#include "cli/interrupt.h"
#include "cli/listing.h"
#include "cli/paging.h"
#include "cli/progress_line.h"
#include "cli/session.h"
#include "google/protobuf/repeated_field.h"
#include "ledger/base/status.h"

namespace skontro::cli {

// Prints what `read` gives for `first` and the pages behind it, but no more
// than `limit` rows, where zero means all. `rows_of` finds the rows of a page,
// and `sequence_of` what it reflects, below zero for nothing.
template <typename Request, typename Response, typename Resource>
absl::StatusOr<ExitCode> StreamList(
    Session& session, View<Resource> view, const Request& first, size_t limit,
    const std::function<absl::StatusOr<Response>(const Request&)>& read,
    const std::function<const google::protobuf::RepeatedPtrField<Resource>&(
        const Response&)>& rows_of,
    const std::function<int64_t(const Response&)>& sequence_of) {
  const std::string plural = view.plural;
  ListPrinter<Resource> printer(session.format(), std::move(view));
  InterruptWatch watch;
  ProgressLine progress(session.environment());
  size_t count = 0;
  int64_t sequence = -1;
  bool interrupted = false;
  std::vector<Resource> rows;
  SKONTRO_RETURN_IF_ERROR(
      (ReadPages<Request, Response>(first, read, [&](const Response& page) {
        rows.assign(rows_of(page).begin(), rows_of(page).end());
        if (limit != 0 && count + rows.size() > limit) {
          rows.resize(limit - count);
        }
        count += rows.size();
        sequence = sequence_of(page);
        // A page without rows says nothing, but for the header of the first.
        session.out() << printer.Part(rows) << std::flush;
        if (!session.environment().out_is_terminal) {
          progress.Show(ProgressText(static_cast<int64_t>(count), 0, plural));
        }
        interrupted = watch.interrupted();
        return session.out().good() && !interrupted &&
               (limit == 0 || count < limit);
      })));
  progress.End();
  if (interrupted) {
    return Failure(ExitCode::kInterrupted,
                   absl::StrCat("stopped after ", count, " ", plural,
                                "; the list is not complete"));
  }
  session.out() << printer.End(sequence);
  return ExitCode::kDone;
}

// The same for a method of the service, whose answer has a sequence.
template <typename Service, typename Request, typename Response,
          typename Resource>
absl::StatusOr<ExitCode> StreamList(
    Session& session, View<Resource> view, const Request& first, size_t limit,
    grpc::Status (Service::Stub::*method)(grpc::ClientContext*, const Request&,
                                          Response*),
    const google::protobuf::RepeatedPtrField<Resource>& (Response::*rows)()
        const) {
  return StreamList<Request, Response, Resource>(
      session, std::move(view), first, limit,
      [&](const Request& request) {
        return session.Read<Service>(method, request);
      },
      [rows](const Response& page)
          -> const google::protobuf::RepeatedPtrField<Resource>& {
        return (page.*rows)();
      },
      [](const Response& page) { return page.sequence(); });
}

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_LIST_STREAM_H_
