using static TorchSharp.torch;

namespace SingleDarts.Core.Operations;

/// <summary>Finds parts of a network that are one module or share weights, which a factory that gives a module twice leads to.</summary>
internal static class SharedModules
{
    /// <summary>A sentence for each module or tensor that stands in two parts.</summary>
    /// <param name="parts">Names and modules.</param>
    public static IEnumerable<string> Faults(IEnumerable<(string Name, nn.Module Module)> parts)
    {
        var sentences = new HashSet<string>();
        var owners = new Dictionary<object, string>(ReferenceEqualityComparer.Instance);
        var reported = new HashSet<object>(ReferenceEqualityComparer.Instance);
        foreach (var (name, module) in parts)
            foreach (object own in module.parameters().Concat<object>(module.buffers()).Prepend(module))
                if (!owners.TryAdd(own, name) && reported.Add(own) && (own == module || !reported.Contains(module)))
                    sentences.Add($"{owners[own]} and {char.ToLowerInvariant(name[0])}{name[1..]} " +
                        $"{(own == module ? "are one module" : "share weights")}; " +
                        "expected a module of its own for each. Let the factory make a new one at each call, for example c => new Own(c).");
        return sentences;
    }
}
