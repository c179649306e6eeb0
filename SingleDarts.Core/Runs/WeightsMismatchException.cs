using SingleDarts.Core.Runtime;

namespace SingleDarts.Core.Runs;

/// <summary>The weights of a file do not fit a module. Thrown before the module is changed; lists every tensor that does not fit.</summary>
public sealed class WeightsMismatchException : IOException
{
    private const int MostListed = 30;

    /// <summary>Makes the exception.</summary>
    /// <param name="path">The file.</param>
    /// <param name="faults">Sentences that name a tensor, what was found and what was expected.</param>
    /// <param name="remedy">What to do.</param>
    public WeightsMismatchException(string path, IReadOnlyList<string> faults, string remedy)
        : base($"The weights of {path} do not fit ({Given.NotNull(faults).Count} fault{(faults.Count == 1 ? "" : "s")}; nothing was " +
            "changed):\n- " +
            string.Join("\n- ", faults.Take(MostListed)) +
            (faults.Count > MostListed ? $"\n- and {faults.Count - MostListed} more" : "") + $"\n{remedy}") =>
        Faults = faults;

    /// <summary>Every fault.</summary>
    public IReadOnlyList<string> Faults { get; }
}
