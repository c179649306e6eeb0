using System.Reflection;
using System.Runtime.Loader;

namespace SingleDarts.Core.Tests.Fixtures;

/// <summary>The sample PaperTables in this process, for calls of which there are hundreds. It shares the library with the tests.</summary>
internal static class PaperTablesHere
{
    private static readonly Lock gate = new();
    private static readonly Lazy<MethodInfo> main = new(() => new Beside(PaperTablesProcess.Program).Main);

    /// <summary>Calls a command that is done at once.</summary>
    public static (int Code, string Output) Run(params string[] arguments)
    {
        lock (gate)
        {
            var (output, error) = (Console.Out, Console.Error);
            // Not disposed: the terminal library keeps the first writer that it meets.
            var writer = new StringWriter();
            var all = TextWriter.Synchronized(writer);
            Console.SetOut(all);
            Console.SetError(all);
            try
            {
                return ((int)main.Value.Invoke(null, [arguments])!, writer.ToString());
            }
            finally
            {
                Console.SetOut(output);
                Console.SetError(error);
            }
        }
    }

    private sealed class Beside(string program) : AssemblyLoadContext("PaperTables")
    {
        private readonly AssemblyDependencyResolver resolver = new(program);

        public MethodInfo Main => LoadFromAssemblyPath(program).EntryPoint!;

        protected override Assembly? Load(AssemblyName name) => name.Name is "SingleDarts.Core" or "TorchSharp" ? null
            : resolver.ResolveAssemblyToPath(name) is { } path ? LoadFromAssemblyPath(path) : null;

        protected override nint LoadUnmanagedDll(string name) =>
            resolver.ResolveUnmanagedDllToPath(name) is { } path ? LoadUnmanagedDllFromPath(path) : 0;
    }
}
