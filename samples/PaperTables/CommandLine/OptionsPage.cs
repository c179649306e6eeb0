using System.CommandLine;
using System.Globalization;
using System.Text;

namespace PaperTables.CommandLine;

/// <summary>The command line of <c>options</c>: every command with its options as Markdown, from the same declarations as the command
/// line.</summary>
internal static class OptionsPage
{
    public static Command Create(RootCommand root)
    {
        var command = new Command("options", "Prints all commands and options as Markdown, as docs/reference/options.md has them.");
        command.SetAction(_ => Terminal.Write(Write(root)));
        return command;
    }

    private static string Write(RootCommand root)
    {
        var text = new StringBuilder();
        foreach (Command command in root.Subcommands)
            Add(text, command, command.Name);
        return text.ToString();
    }

    private static void Add(StringBuilder text, Command command, string path)
    {
        Option[] options = [.. command.Options.Where(option => !option.Hidden)];
        if (command.Subcommands.Count == 0)
        {
            string[] words = [path, .. command.Arguments.Select(argument => $"<{argument.Name}>"), .. options.Length > 0 ? ["[options]"]
                : Array.Empty<string>()];
            text.Append(CultureInfo.InvariantCulture,
                $"### {path}\n\n`{string.Join(' ', words)}` {Escape(command.Description!.Split("\n\n")[0])}\n\n");
            if (command.Aliases.Count > 0)
                text.Append(CultureInfo.InvariantCulture, $"Also called `{string.Join("`, `", command.Aliases)}`.\n\n");
            if (command.Arguments.Count + options.Length > 0)
                text.Append("| option | default | meaning |\n|---|---|---|\n");
            foreach (Argument argument in command.Arguments)
                text.Append(CultureInfo.InvariantCulture, $"| `<{argument.Name}>` | | {Escape(argument.Description!)} |\n");
            foreach (Option option in options)
                text.Append(CultureInfo.InvariantCulture, $"| `{option.Name}` | {Default(option)} | {Escape(option.Description!)} |\n");
            text.Append('\n');
        }
        foreach (Command sub in command.Subcommands)
            Add(text, sub, $"{path} {sub.Name}");
    }

    private static string Default(Option option) => !option.HasDefaultValue ? "" : option.GetDefaultValue() switch
    {
        null or "" => "",
        false => "off",
        string text => $"`{text}`",
        System.Collections.IEnumerable items =>
            string.Join(' ', items.Cast<object>().Select(item => Convert.ToString(item, CultureInfo.InvariantCulture))),
        var value => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string Escape(string text) => text.Replace("|", "\\|", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal).ReplaceLineEndings(" ");
}
