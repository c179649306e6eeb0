using SingleDarts.Core.Runtime;

namespace SingleDarts.Core.Runs;

/// <summary>A part of a run that a user may have written.</summary>
/// <param name="Role">What it is in the run, in the plural: <c>observers</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="Part">The part; it has state if it is an <see cref="IResumable"/>.</param>
internal readonly record struct RunPart(string Role, string Name, object Part)
{
    public const string ObserverRole = "observers";

    public static IEnumerable<RunPart> Observers(RunOptions options) =>
        options.Observers.Select(o => new RunPart(ObserverRole, o.Name, o));

    /// <summary>Prefixes and parts with state.</summary>
    public static IEnumerable<(string Prefix, IResumable Part)> Resumable(IEnumerable<RunPart> parts)
    {
        foreach (RunPart part in parts)
            if (part.Part is IResumable resumable)
                yield return ($"{part.Role}/{part.Name}/", resumable);
    }
}
