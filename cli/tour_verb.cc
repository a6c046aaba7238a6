// skontro tour: the walk of the README, step by step.

#include <poll.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "cli/command_line.h"
#include "cli/interrupt.h"
#include "cli/throwaway_server.h"
#include "cli/tour.h"
#include "cli/verbs.h"

namespace skontro::cli {
namespace {

constexpr size_t kTextWidth = 76;

// How often a pause looks whether it is to end.
constexpr int kLookEveryMs = 100;

// Ctrl-C, what ends services, and a terminal that is closed.
constexpr std::initializer_list<int> kEndings = {SIGINT, SIGTERM, SIGHUP};

struct Options {
  std::string server;  // The program; empty: ServerProgram().
  bool no_pause = false;
};

// `text` in lines that fit a terminal.
std::string Wrapped(const std::string& text) {
  std::string lines;
  size_t width = 0;
  size_t at = 0;
  while (at < text.size()) {
    const size_t end = std::min(text.find(' ', at), text.size());
    if (width != 0 && width + 1 + end - at > kTextWidth) {
      lines += '\n';
      width = 0;
    } else if (width != 0) {
      lines += ' ';
      ++width;
    }
    lines.append(text, at, end - at);
    width += end - at;
    at = end + 1;
  }
  return lines;
}

std::string Bold(const std::string& text, const Environment& environment) {
  return WantsColour(environment) ? absl::StrCat("\x1b[1m", text, "\x1b[0m")
                                  : text;
}

void Tell(const TourStep& step, Environment& environment) {
  if (!step.title.empty()) {
    environment.out << "\n" << Bold("== " + step.title, environment) << "\n";
  }
  environment.out << "\n"
                  << Wrapped(step.why) << "\n\n$ skontro "
                  << absl::StrJoin(
                         step.arguments, " ",
                         [](std::string* to, const std::string& word) {
                           to->append(ShellQuoted(word));
                         })
                  << "\n";
  environment.out.flush();
}

// Waits for a key where a person reads; false if there is no more to read, or
// the watch ends it.
bool Pause(const Options& options, const InterruptWatch& watch,
           Environment& environment) {
  if (options.no_pause || !environment.out_is_terminal ||
      isatty(STDIN_FILENO) != 1) {
    return true;
  }
  environment.out << Bold("-- Enter goes on --", environment);
  environment.out.flush();
  pollfd ready{};
  ready.fd = STDIN_FILENO;
  ready.events = POLLIN;
  while (poll(&ready, 1, kLookEveryMs) <= 0) {
    if (watch.interrupted()) return false;
  }
  std::string line;
  return static_cast<bool>(std::getline(std::cin, line));
}

// What a step of a tour with its own server sees: that server and its network,
// and nothing of this user's other servers, keys and configuration.
Environment InnerEnvironment(Environment& outer, const ThrowawayServer& server,
                             const std::string& network) {
  Environment inner = outer;
  inner.variable = [&outer, nowhere = server.directory() + "/none",
                    endpoint = server.endpoint(), network](
                       std::string_view name) -> std::optional<std::string> {
    if (name == "SKONTRO_NETWORK") return network;
    if (name == "SKONTRO_ENDPOINT") return endpoint;
    if (name == "SKONTRO_CONFIG" || name == "XDG_DATA_HOME") return nowhere;
    if (name.starts_with("SKONTRO_")) return std::nullopt;
    return outer.variable(name);
  };
  return inner;
}

// Options of the tour that say which server goes to every step, and the network
// of the tour: an option, since a profile goes before the environment.
std::vector<std::string> ServerOptions(const CommonOptions& options,
                                       const std::string& network) {
  std::vector<std::string> words = {"--network", network};
  for (const auto& [flag, value] :
       std::initializer_list<std::pair<const char*, std::string>>{
           {"--endpoint", options.endpoint},
           {"--profile", options.profile},
           {"--config", options.config},
           {"--key-file", options.key_file},
           {"--ca-file", options.ca_file},
           {"--certificate-file", options.certificate_file},
           {"--certificate-key-file", options.certificate_key_file}}) {
    if (!value.empty()) words.insert(words.end(), {flag, value});
  }
  return words;
}

struct Way {
  std::vector<std::string> server;  // Options that every step gets.
  std::string left;                 // What is there when it is stopped.
};

absl::StatusOr<ExitCode> Walk(const std::vector<TourStep>& steps,
                              const Way& way, const Options& options,
                              const InterruptWatch& watch,
                              Environment& environment) {
  const auto stopped = [&] {
    return Failure(ExitCode::kInterrupted,
                   absl::StrCat("the tour was stopped; ", way.left));
  };
  for (const TourStep& step : steps) {
    Tell(step, environment);
    std::vector<std::string> arguments = way.server;
    arguments.insert(arguments.end(), step.arguments.begin(),
                     step.arguments.end());
    const ExitCode code = RunCommandLine(arguments, environment);
    environment.err.flush();
    if (watch.interrupted()) return stopped();
    if (code != step.expected) {
      return Failure(code,
                     "the tour ends here: this step should have come to "
                     "something else");
    }
    const bool goes_on = Pause(options, watch, environment);
    if (watch.interrupted()) return stopped();
    if (!goes_on) return ExitCode::kDone;
  }
  return ExitCode::kDone;
}

TourPlan PlanOf(Session& session) {
  TourPlan plan;
  // Its own in every tour, where there may be others already.
  plan.network = absl::StrCat(
      "tour-", session.environment().new_request_id().substr(0, 8));
  plan.year = static_cast<int>(
      absl::ToCivilYear(absl::Now(), absl::UTCTimeZone()).year());
  return plan;
}

absl::StatusOr<ExitCode> WalkHere(Session& session, const Options& options) {
  // Before the server, which may go only when nothing can end it half-way.
  const InterruptWatch watch(kEndings);
  SKONTRO_ASSIGN_OR_RETURN(
      const std::unique_ptr<ThrowawayServer> server,
      ThrowawayServer::Start(
          options.server.empty() ? ServerProgram() : options.server, watch));
  TourPlan plan = PlanOf(session);
  plan.network = "tour";
  plan.folder = server->directory() + "/books";
  plan.data_directory = server->data_directory();
  std::filesystem::create_directory(plan.folder);
  session.out() << Wrapped(
                       "This tour has a server of its own, with nothing in it. "
                       "At the end it stops and everything is removed.")
                << "\n";
  Environment inner =
      InnerEnvironment(session.environment(), *server, plan.network);
  const Way way = {{}, "its server and all of its data are removed"};
  SKONTRO_ASSIGN_OR_RETURN(const ExitCode code,
                           Walk(TourSteps(plan), way, options, watch, inner));
  session.out() << "\n"
                << Wrapped(
                       "That was the tour. README.md has the same with a "
                       "server that stays; `skontro --help` lists every "
                       "verb.")
                << "\n";
  return code;
}

absl::StatusOr<ExitCode> WalkThere(Session& session, const Options& options) {
  TourPlan plan = PlanOf(session);
  std::error_code error;
  plan.folder = (std::filesystem::temp_directory_path(error) /
                 absl::StrCat("skontro-", plan.network))
                    .string();
  std::filesystem::create_directory(plan.folder, error);
  session.out() << Wrapped(absl::StrCat(
                       "This tour makes the network ", plan.network,
                       " on the server that you named, which keeps it. Files "
                       "go to ",
                       plan.folder, "."))
                << "\n";
  const Way way = {
      ServerOptions(session.options(), plan.network),
      absl::StrCat("the network ", plan.network, " stays on the server")};
  const InterruptWatch watch(kEndings);
  return Walk(TourSteps(plan), way, options, watch, session.environment());
}

}  // namespace

void AddTourVerb(Verbs& verbs) {
  const auto options = std::make_shared<Options>();
  CLI::App* const verb = verbs.Add(
      &verbs.app(), "tour",
      "Walk through a small network: members, trades, a refusal, the books",
      "  skontro tour\n"
      "      with a server of its own, which is removed at the end\n"
      "  skontro tour --endpoint 127.0.0.1:7411\n"
      "      on a running server, in a network of its own, which stays there",
      [&verbs, options] {
        const CommonOptions& common = verbs.session().options();
        const bool named = !common.endpoint.empty() || !common.profile.empty();
        return named ? WalkThere(verbs.session(), *options)
                     : WalkHere(verbs.session(), *options);
      });
  verb->add_option("--server-program", options->server,
                   "The skontrod to start; the one beside skontro unless given")
      ->type_name("FILE");
  verb->add_flag("--no-pause", options->no_pause,
                 "Do not wait between the steps");
}

}  // namespace skontro::cli
