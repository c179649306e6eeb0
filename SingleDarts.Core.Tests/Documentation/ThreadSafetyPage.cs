using System.Reflection;
using System.Text.RegularExpressions;
using SingleDarts.Core.Data;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Search;
using SingleDarts.Core.Sweeps;
using SingleDarts.Core.Training;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Documentation;

/// <summary>docs/reference/thread-safety.md states the thread safety of every public type, as its fields allow.</summary>
public class ThreadSafetyPage
{
    private const string Values = "Values", Parts = "Parts of a run", Modules = "Networks", Others = "One caller at a time";

    /// <summary>Types that no field of theirs decides: they copy themselves before every change, or guard what they change.</summary>
    private static readonly Type[] shared =
    [
        typeof(ArchitectureSearch), typeof(NetworkTraining), typeof(ClassificationDataset), typeof(SweepFolder), typeof(TrialLease),
        typeof(ImageAugmentation), typeof(ColorJitter), typeof(RandomResizedCrop), typeof(SearchMethod),
    ];

    [Fact]
    public void Every_public_type_stands_once_where_its_fields_put_it()
    {
        string page = Repository.Read("docs/reference/thread-safety.md");
        var listed = Regex.Split(page, "^## ", RegexOptions.Multiline).Skip(1).SelectMany(section =>
            Regex.Matches(section, @"`(\w+)`").Select(m => (Name: m.Groups[1].Value, Section: section.Split('\n')[0])))
            .ToLookup(type => type.Name, type => type.Section);
        string[] faults = [.. typeof(SearchOptions).Assembly.GetExportedTypes().Where(type => !type.IsNested).Select(type =>
        {
            string name = type.Name.Split('`')[0], kind = Kind(type);
            return listed[name].SequenceEqual([kind]) ? "" : $"{kind}: `{name}`, but: {string.Join(", ", listed[name])}";
        }).Where(fault => fault.Length > 0).Order()];
        string.Join("\n", faults).Should().BeEmpty();
    }

    private static string Kind(Type type)
    {
        if (type.IsInterface)
            return Parts;
        if (typeof(nn.Module).IsAssignableFrom(type))
            return Modules;
        if (typeof(IRunObserver).IsAssignableFrom(type))
            return Others;
        bool isConstant = type.IsEnum || (type.IsAbstract && type.IsSealed) || typeof(Exception).IsAssignableFrom(type) ||
            shared.Contains(type) || (!typeof(IDisposable).IsAssignableFrom(type) &&
            Fields(type).All(field => field.IsInitOnly && !Changes(field.FieldType)));
        return isConstant ? Values : Others;
    }

    /// <summary>Whether what a field holds is changed by use.</summary>
    private static bool Changes(Type field) =>
        new[] { typeof(Tensor), typeof(nn.Module), typeof(Generator), typeof(Random), typeof(TextWriter) }
            .Any(type => type.IsAssignableFrom(field)) ||
        (field.IsGenericType && new[] { typeof(List<>), typeof(Dictionary<,>), typeof(HashSet<>) }
            .Contains(field.GetGenericTypeDefinition()));

    private static IEnumerable<FieldInfo> Fields(Type? type) => type is null || type == typeof(object) || type == typeof(ValueType) ? []
        : type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
            .Concat(Fields(type.BaseType));
}
