using Mono.Cecil;
using Mono.Cecil.Rocks;

namespace SingleDarts.Core.Tests.Fixtures;

/// <summary>
/// The members of TorchSharp that convert a .NET number to a scalar which nothing keeps alive during the native call, found in its
/// assembly: every caller of a conversion, and every caller of such a caller.
/// </summary>
internal sealed class ScalarMakers
{
    private readonly HashSet<string> banned;

    private ScalarMakers(HashSet<string> banned, List<string> ids) => (this.banned, Banned) = (banned, ids);

    /// <summary>Documentation ids of all that can be named from outside, in order.</summary>
    public IReadOnlyList<string> Banned { get; }

    public static ScalarMakers Of(string torchSharp)
    {
        ModuleDefinition module = Read(torchSharp);
        MethodDefinition[] methods = [.. Types(module).SelectMany(type => type.Methods)];
        var callers = methods.Where(m => m.HasBody)
            .SelectMany(m => m.Body.Instructions.Select(i => i.Operand).OfType<MethodReference>()
                .Select(called => (Called: Name(called), Caller: m)))
            .ToLookup(call => call.Called, call => call.Caller);
        var makers = new Dictionary<string, MethodDefinition>();
        var open = new Queue<MethodDefinition>(methods.Where(m =>
            (m.DeclaringType.Name == "Scalar" && m.Name == "op_Implicit") || m.DeclaringType.Name == "ScalarExtensionMethods"));
        while (open.TryDequeue(out MethodDefinition? maker))
            if (makers.TryAdd(Name(maker), maker))
                foreach (MethodDefinition caller in callers[Name(maker)])
                    open.Enqueue(caller);
        // A module or an optimiser calls its own methods later, so it must not be made in the first place.
        var types = Types(module).Where(t => t.Namespace == "TorchSharp.Modules" || t.FullName.StartsWith("TorchSharp.Modules."))
            .Where(t => !t.IsNested && Family(t).Any(own => own.Methods.Any(m => makers.ContainsKey(Name(m))))).Select(t => t.FullName)
                .ToHashSet();
        foreach (TypeDefinition derived in Types(module).Where(t => t.BaseType is { } parent && types.Contains(parent.FullName)).ToList())
            types.Add(derived.FullName);
        List<MethodDefinition> factories = [
            .. methods.Where(m => IsVisible(m) && m.IsConstructor && !m.DeclaringType.IsAbstract &&
                types.Contains(m.DeclaringType.FullName)),
            .. methods.Where(m => IsVisible(m) && m.IsStatic && types.Contains(m.ReturnType.FullName))];
        List<string> ids = [.. makers.Values.Where(IsVisible).Where(m => !m.IsConstructor || !m.DeclaringType.IsAbstract).Concat(factories)
            .Select(Id).Distinct().Order(StringComparer.Ordinal)];
        return new ScalarMakers([.. makers.Keys, .. factories.Select(Name)], ids);
    }

    /// <summary>Sentences that name a method of an assembly and what it calls.</summary>
    public IReadOnlyList<string> CallsIn(string assembly) => [..
        from type in Types(Read(assembly))
        from method in type.Methods
        where method.HasBody
        from called in method.Body.Instructions.Select(i => i.Operand).OfType<MethodReference>()
        where banned.Contains(Name(called))
        select $"{method.DeclaringType.FullName}.{method.Name} calls {Name(called)}"];

    private static ModuleDefinition Read(string path)
    {
        var resolver = new DefaultAssemblyResolver();
        resolver.AddSearchDirectory(Path.GetDirectoryName(path));
        return ModuleDefinition.ReadModule(path, new ReaderParameters { AssemblyResolver = resolver });
    }

    private static IEnumerable<TypeDefinition> Types(ModuleDefinition module) => module.Types.SelectMany(Family);

    private static IEnumerable<TypeDefinition> Family(TypeDefinition type) => [type, .. type.NestedTypes.SelectMany(Family)];

    private static string Name(MethodReference method) => method.GetElementMethod().FullName;

    private static bool IsVisible(MethodDefinition method) => (method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly) &&
        IsVisible(method.DeclaringType);

    private static bool IsVisible(TypeDefinition type) =>
        type.IsPublic || (type.IsNested && (type.IsNestedPublic || type.IsNestedFamily) && IsVisible(type.DeclaringType));

    private static string Id(MethodDefinition method) => DocCommentId.GetDocCommentId(
        method.IsGetter || method.IsSetter
            ? method.DeclaringType.Properties.First(p => p.GetMethod == method || p.SetMethod == method) : method);
}
