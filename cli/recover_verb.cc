// skontro recover: what of a data directory is missing or damaged, in a copy,
// and a copy that goes on without it.

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cli/failure.h"
#include "cli/progress_line.h"
#include "cli/recovery_acceptance.h"
#include "cli/recovery_copy.h"
#include "cli/recovery_listing.h"
#include "cli/verbs.h"
#include "cli/verifier/directory.h"
#include "ledger/base/limits.h"

namespace skontro::cli {
namespace {

struct RecoverOptions {
  CopyRequest copy;
  std::string reason;
  uint64_t cut_after = 0;  // 0: not given.
};

// A network after its losses were accepted.
struct Accepted {
  std::string network;
  ledger::AnchoredHead head;
  verifier::NetworkResult verified;
};

constexpr int64_t kMegabyte = 1'000'000;

std::string Quoted(const std::string& path) { return ShellQuoted(path); }

absl::Status CheckOptions(Session& session, const RecoverOptions& options) {
  if (session.format() == Format::kCsv) {
    return UsageFailure("--format: a recovery is printed as text or json");
  }
  if (options.reason.size() > kReasonLengthMax) {
    return UsageFailure(absl::StrCat("--accept-loss: a reason has at most ",
                                     kReasonLengthMax, " bytes"));
  }
  if (options.cut_after > 0 && options.reason.empty()) {
    return UsageFailure(
        "--cut-after says what to keep of a loss that is accepted\nNext: give "
        "--accept-loss REASON as well");
  }
  return absl::OkStatus();
}

// OK if the losses of `listing` may be accepted as the command line says.
absl::Status CheckCut(const NetworkListing& listing,
                      const RecoverOptions& options) {
  if (!listing.needs_cut()) return absl::OkStatus();
  if (options.cut_after == listing.sound_sequence) return absl::OkStatus();
  return UsageFailure(absl::StrCat(
      "network ", listing.network, " is damaged behind sequence ",
      listing.sound_sequence,
      ", and going on means to leave out everything behind it\nNext: remove ",
      Quoted(options.copy.to), " and give --cut-after ", listing.sound_sequence,
      " as well, if that is what you want"));
}

std::vector<NetworkListing> ListAll(const CopyRequest& request,
                                    const std::vector<std::string>& networks,
                                    const std::string& only,
                                    ProgressLine* line) {
  std::vector<NetworkListing> listings;
  for (const std::string& id : networks) {
    if (!only.empty() && id != only) continue;
    listings.push_back(ListNetworkLosses(
        request.to, id, [&](const std::string& what) { line->Show(what); }));
  }
  line->End();
  return listings;
}

// Verifies the copy of a network that goes on.
verifier::NetworkResult VerifyCopy(const std::string& data,
                                   const std::string& network,
                                   ProgressLine* line) {
  verifier::DirectoryOptions options;
  const auto results = verifier::VerifyDirectory(
      NetworkDirectory(data, network), options,
      [&](const std::string&, const verifier::Progress& progress) {
        line->Show(absl::StrCat(progress.records, " records verified"));
        return true;
      });
  line->End();
  if (!results.ok()) return {network, results.status()};
  return results->front();
}

bool Holds(const Accepted& accepted) {
  return accepted.verified.report.ok() &&
         accepted.verified.report->verdict() == verifier::Verdict::kOk;
}

absl::StatusOr<std::vector<Accepted>> AcceptAll(
    const std::vector<NetworkListing>& listings, const RecoverOptions& options,
    ProgressLine* line) {
  // Nothing is written before all can be.
  for (const NetworkListing& listing : listings) {
    if (listing.needs_acceptance() && listing.can_be_accepted()) {
      SKONTRO_RETURN_IF_ERROR(CheckCut(listing, options));
    }
  }
  std::vector<Accepted> accepted;
  for (const NetworkListing& listing : listings) {
    if (!listing.needs_acceptance()) continue;
    SKONTRO_ASSIGN_OR_RETURN(
        const ledger::AnchoredHead head,
        AcceptLosses(options.copy.to, listing, options.reason));
    accepted.push_back({listing.network, head,
                        VerifyCopy(options.copy.to, listing.network, line)});
  }
  return accepted;
}

std::string AcceptedText(const Accepted& accepted) {
  std::string text =
      absl::StrCat("network ", accepted.network, ": accepted, at sequence ",
                   static_cast<uint64_t>(accepted.head.sequence), "\n");
  if (accepted.verified.report.ok()) {
    return text + verifier::ToText(*accepted.verified.report);
  }
  return absl::StrCat(text, "  cannot be verified: ",
                      std::string(accepted.verified.report.status().message()),
                      "\n");
}

std::string NextText(const RecoverOptions& options,
                     const std::vector<NetworkListing>& listings, bool done) {
  if (done) {
    std::string text =
        absl::StrCat("Next: skontrod --data-dir ", Quoted(options.copy.to));
    if (!options.copy.anchors.empty()) {
      absl::StrAppend(
          &text, "\n  With --anchor-dir, first move the anchors in ",
          Quoted(options.copy.anchors), " away and copy there what is in ",
          Quoted(options.copy.to + "/anchors"));
    }
    return text + "\n";
  }
  std::string flags = " --accept-loss REASON";
  for (const NetworkListing& listing : listings) {
    if (!listing.needs_acceptance()) continue;
    if (!listing.can_be_accepted()) {
      return absl::StrCat("Nothing was changed. No record of the network ",
                          listing.network,
                          " can be saved: use a newer copy or a backup\n");
    }
    if (!listing.needs_cut()) continue;
    absl::StrAppend(&flags, " --cut-after ", listing.sound_sequence);
    break;
  }
  return absl::StrCat(
      "Nothing was changed. If there is a newer copy or a backup, use that. If "
      "not, and\nwhat is missing is to be given up, accept it:\n"
      "Next: skontro recover ",
      Quoted(options.copy.from), " --to ",
      Quoted(options.copy.to + "-accepted"),
      options.copy.anchors.empty()
          ? std::string()
          : " --anchor-dir " + Quoted(options.copy.anchors),
      flags, "\n");
}

std::string Json(const CopySummary& copied,
                 const std::vector<NetworkListing>& listings,
                 const std::vector<Accepted>& accepted) {
  JsonWriter json;
  json.BeginObject();
  json.Number("files", static_cast<int64_t>(copied.files));
  json.Number("bytes", static_cast<int64_t>(copied.bytes));
  json.BeginArray("networks");
  for (const NetworkListing& listing : listings) {
    json.BeginObject();
    WriteJson(listing, &json);
    const auto found = std::find_if(
        accepted.begin(), accepted.end(),
        [&](const Accepted& a) { return a.network == listing.network; });
    json.Bool("accepted", found != accepted.end());
    if (found != accepted.end()) {
      json.Number("accepted_sequence",
                  static_cast<int64_t>(found->head.sequence));
      if (found->verified.report.ok()) {
        json.Json("accepted_verification",
                  verifier::ToJson(*found->verified.report));
      }
    }
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
  return json.Finish();
}

absl::StatusOr<ExitCode> Recover(Session& session,
                                 const RecoverOptions& options) {
  SKONTRO_RETURN_IF_ERROR(CheckOptions(session, options));
  ProgressLine line(session.environment());
  SKONTRO_ASSIGN_OR_RETURN(
      const CopySummary copied,
      CopyForRecovery(options.copy, [&](uint64_t bytes, uint64_t total) {
        line.Show(ProgressText(static_cast<int64_t>(bytes) / kMegabyte,
                               static_cast<int64_t>(total) / kMegabyte,
                               "MB copied"));
      }));
  line.End();
  const std::string& only = session.options().network;
  if (!only.empty() && std::find(copied.networks.begin(), copied.networks.end(),
                                 only) == copied.networks.end()) {
    return UsageFailure(
        absl::StrCat(options.copy.from, " has no network ", only));
  }
  const std::vector<NetworkListing> listings =
      ListAll(options.copy, copied.networks, only, &line);
  const bool text = session.format() != Format::kJson;
  if (text) {
    session.out() << "copied " << copied.files << " files, " << copied.bytes
                  << " bytes, to " << options.copy.to << "\n";
    for (const NetworkListing& listing : listings) {
      session.out() << ToText(listing);
    }
  }
  const bool all_well =
      std::none_of(listings.begin(), listings.end(),
                   [](const auto& one) { return one.needs_acceptance(); });
  std::vector<Accepted> accepted;
  if (!options.reason.empty()) {
    SKONTRO_ASSIGN_OR_RETURN(accepted, AcceptAll(listings, options, &line));
  }
  SKONTRO_RETURN_IF_ERROR(FinishCopy(options.copy));
  const bool holds = std::all_of(accepted.begin(), accepted.end(), Holds);
  const bool done = all_well || (!accepted.empty() && holds);
  if (!text) {
    session.out() << Json(copied, listings, accepted);
  } else {
    for (const Accepted& one : accepted) session.out() << AcceptedText(one);
    if (all_well) {
      session.out() << "Nothing is missing or damaged that has to be accepted. "
                       "The copy is as good as the original.\n";
    } else if (done || accepted.empty()) {
      session.out() << NextText(options, listings, done);
    }
  }
  return done ? ExitCode::kDone : ExitCode::kBroken;
}

}  // namespace

void AddRecoverVerb(Verbs& verbs) {
  const auto options = std::make_shared<RecoverOptions>();
  CLI::App* const verb = verbs.AddLocal(
      &verbs.app(), "recover",
      "List what a data directory has lost, and go on without it in a copy",
      "  skontro recover /var/lib/skontro --to /var/lib/skontro-copy\n"
      "  skontro recover /var/lib/skontro --to /var/lib/skontro-new \\\n"
      "      --accept-loss \"disk of the left rack; members were told\"\n"
      "\n"
      "For when skontrod refuses a directory (exit codes 7, 9 and 10). The "
      "directory is\nonly read, while no server has it; all is done in a copy. "
      "Without --accept-loss\nnothing is written into the copy. With it, the "
      "journal of each network that lost\nrecords goes on with a record of the "
      "loss, of your reason and of who you are,\nwhich can never be taken "
      "back, and a new head anchor, so that skontrod opens it.\nWhere the "
      "journal is damaged, --cut-after must name the last record that is\n"
      "kept: the one that the list shows as found.\n"
      "Exit codes: 0 nothing has to be accepted, or all was and the copy was "
      "verified;\n5 something is missing or damaged.",
      [&verbs, options] { return Recover(verbs.session(), *options); });
  verb->add_option("DIR", options->copy.from,
                   "The data directory; it is not changed")
      ->required();
  verb->add_option("--to", options->copy.to,
                   "Where to put the copy; a new path")
      ->type_name("COPY")
      ->required();
  verb->add_option("--anchor-dir", options->copy.anchors,
                   "Where the head anchors are (DIR/anchors)")
      ->type_name("ANCHORS");
  verb->add_option("--accept-loss", options->reason,
                   "Accept what is missing, for this reason")
      ->type_name("REASON");
  verb->add_option("--cut-after", options->cut_after,
                   "Keep a damaged journal up to this record only")
      ->type_name("SEQUENCE")
      ->check(CLI::PositiveNumber);
  verbs.TakesNetwork(verb);
  verbs.TakesFormat(verb);
}

}  // namespace skontro::cli
