using System.Text.Json;

namespace Benchmarks;

/// <summary>What a process that checks says of a check, as a line of its standard output.</summary>
/// <param name="Index">Position among the checks.</param>
/// <param name="Name">The check.</param>
/// <param name="Outcome">passed, failed or skipped; <see langword="null"/> as it begins.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Detail">What was measured, or why it failed or was skipped.</param>
internal sealed record CheckEvent(int Index, string Name, string? Outcome = null, double Seconds = 0, string Detail = "")
{
    public const string Passed = "passed", Failed = "failed", Skipped = "skipped";
    private const string Mark = "@check ";

    public string ToLine() => Mark + JsonSerializer.Serialize(this);

    /// <summary>The event of a line, or <see langword="null"/> for what libraries print.</summary>
    public static CheckEvent? Of(string line) =>
        line.StartsWith(Mark, StringComparison.Ordinal) ? JsonSerializer.Deserialize<CheckEvent>(line[Mark.Length..]) : null;
}
