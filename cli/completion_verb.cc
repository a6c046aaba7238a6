// skontro completion bash|zsh|fish

#include <memory>
#include <string>

#include "cli/completion.h"
#include "cli/verbs.h"

namespace skontro::cli {

void AddCompletionVerb(Verbs& verbs) {
  CLI::App* const group = verbs.AddGroup(
      "completion", "Print a script that lets a shell complete skontro");
  const auto add = [&](const std::string& name, Shell shell,
                       const std::string& example) {
    verbs.AddLocal(group, name, "For " + name, example,
                   [&verbs, shell]() -> absl::StatusOr<ExitCode> {
                     verbs.session().out()
                         << CompletionScript(verbs.app(), shell);
                     return ExitCode::kDone;
                   });
  };
  add("bash", Shell::kBash,
      "  skontro completion bash > "
      "~/.local/share/bash-completion/completions/skontro\n"
      "  source <(skontro completion bash)");
  add("zsh", Shell::kZsh,
      "  skontro completion zsh > ~/.zfunc/_skontro    # ~/.zfunc in fpath\n"
      "  source <(skontro completion zsh)              # after compinit");
  add("fish", Shell::kFish,
      "  skontro completion fish > "
      "~/.config/fish/completions/skontro.fish\n"
      "  skontro completion fish | source");
}

}  // namespace skontro::cli
