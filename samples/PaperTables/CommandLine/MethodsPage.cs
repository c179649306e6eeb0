using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using static TorchSharp.torch;

namespace PaperTables.CommandLine;

/// <summary>The command line of <c>methods</c>: all methods of the library with their settings as Markdown.</summary>
internal static partial class MethodsPage
{
    private static readonly SearchSpace[] Spaces =
        [SearchSpaces.NasBench201(), SearchSpaces.Darts(), SearchSpaces.DartsImageNet(), SearchSpaces.SharpDarts()];

    public static Command Create()
    {
        var command = new Command("methods", "Prints all methods of the literature as Markdown, as docs/reference/methods.md has them.");
        command.SetAction(_ =>
        {
            CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
            Terminal.Write(string.Concat(SearchMethods.All.Select(Write)));
        });
        return command;
    }

    private static string Write(SearchMethod method)
    {
        SearchSpace[] spaces = [.. Spaces.Where(space => method.Spaces.Contains(space.Name))];
        SearchOptions[] options = [.. spaces.Select(method.Options)];
        var text = new StringBuilder($"## {method.Title}\n\n`--method {method.Name}`. {method.Source}.\n\n");
        text.Append($"| | {string.Join(" | ", spaces.Select(space => $"`{space.Name}`"))} |\n");
        text.Append($"|---|{string.Concat(spaces.Select(_ => "---|"))}\n");
        void Row(string name, Func<SearchOptions, string> cell) =>
            text.Append($"| {name} | {string.Join(" | ", options.Select(cell))} |\n");
        Row("epochs, batch size", o => $"{o.Epochs}, {o.BatchSize}");
        Row("what moves w and α", o => Part(o.Scheme, o.Scheme.Name));
        Row("w", o => Optimizer(o.WeightOptimizer, o.Epochs));
        Row("α", o => MovesArchitecture(o.Scheme) ? Optimizer(o.ArchitectureOptimizer, o.Epochs) : "stands still");
        Row("relaxation", o => MovesArchitecture(o.Scheme) ? Part(o.Relaxation, o.Relaxation.Name) : "none");
        if (options.Any(o => o.EdgeDecorators.Count > 0))
            Row("around the edges", o => string.Join(", ", o.EdgeDecorators.Select(decorator => decorator.Name)));
        if (options.Any(o => o.Penalties.Count > 0))
            Row("penalties on α", o => string.Join(", ", o.Penalties.Select(penalty => Part(penalty, penalty.Name))));
        if (options.Any(o => o.EpochRules.Count > 0))
            Row("after epochs", o => string.Join(", ", o.EpochRules.Select(rule => rule.Name)));
        text.Append($"| derivation | {string.Join(" | ", options.Zip(spaces, (o, space) => o.Derivation ?? space.Derivation)
            .Select(derivation => Part(derivation, derivation.Name)))} |\n\n");
        List("Published", method.Published);
        List("Not verified, or different here", method.Unverified);
        string evidence = method.Evidence == MethodEvidence.DefinitionTested ? "definition tested" : "result reproduced";
        return text.Append($"Evidence: {evidence}.\n\n").ToString();

        void List(string heading, IReadOnlyList<string> sentences)
        {
            if (sentences.Count > 0)
                text.Append($"{heading}:\n\n{string.Concat(sentences.Select(sentence => $"- {sentence}\n"))}\n");
        }
    }

    /// <summary>A part with its settings if it prints them, else its name.</summary>
    private static string Part(object part, string name)
    {
        // A setting that is null says nothing.
        string text = Unset().Replace(part.ToString()!, match => match.Value.EndsWith('}') ? " }" : "");
        return text.Contains('{')
            ? $"`{text.Replace($", Name = {name} }}", " }").Replace($" {{ Name = {name}, ", " { ").Replace($" {{ Name = {name} }}", "")}`"
            : $"`{name}`";
    }

    [GeneratedRegex(@"\w+ = , |, \w+ =  \}", RegexOptions.NonBacktracking)]
    private static partial Regex Unset();

    /// <summary>α that gets no samples does not move.</summary>
    private static bool MovesArchitecture(IOptimizationScheme scheme)
    {
        using var generator = new Generator(0);
        return scheme.Allocate(100, generator).Sampling != ArchitectureSampling.None;
    }

    private static string Optimizer(OptimizerSettings settings, int epochs)
    {
        string text = settings.Optimizer switch
        {
            SgdOptions sgd =>
                $"SGD {sgd.LearningRate}, momentum {sgd.Momentum}{(sgd.Nesterov ? " (Nesterov)" : "")}, decay {sgd.WeightDecay}",
            AdamOptions adam => $"Adam {adam.LearningRate} ({adam.Beta1}, {adam.Beta2}), decay {adam.WeightDecay}",
            var other => other.ToString()!,
        };
        if (settings.Schedule is CosineSchedule cosine)
            text += $", cosine to {cosine.End}{(cosine.HalfPeriod is { } period ? $" with half period {period}" : "")}";
        else if (settings.Schedule is not ConstantSchedule)
            text += $", `{settings.Schedule}`";
        if (settings.WarmUpShare > 0)
            text += $", warm-up of {settings.WarmUpEpochs(epochs)} epochs";
        if (settings.FreezeShare > 0)
            text += $", still for {settings.FrozenEpochs(epochs)} epochs";
        if (settings.StepInterval > 1)
            text += $", in every {settings.StepInterval}th step";
        return settings.MaxGradientNorm is { } norm ? $"{text}, gradient norm at most {norm}" : text;
    }
}
